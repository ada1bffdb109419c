"""Step 4: every chosen picture on every background, encoded and scaled to unit deviation."""

import json

import torch

import autoencoder
from data import BACKGROUND_NAMES, on_background, path, pictures


@torch.no_grad()
def main():
    _, data = pictures()
    index = torch.tensor(json.load(open(path("concepts.json")))["idx"])
    encoder, _ = autoencoder.load()
    z = torch.empty(
        len(index), len(BACKGROUND_NAMES), autoencoder.CHANNELS, 16, 16, dtype=torch.half
    )
    for b in range(len(BACKGROUND_NAMES)):
        for k in range(0, len(index), 64):
            rows = index[k : k + 64]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                z[k : k + 64, b] = encoder(
                    on_background(data[rows], torch.full((len(rows),), b))
                ).half()
    scale = 1 / z.float().std()
    torch.save({"z": (z.float() * scale).half(), "scale": scale.item()}, path("latents.pt"))
    print("scaling_factor", scale.item())


if __name__ == "__main__":
    main()
