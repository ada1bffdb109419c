"""Step 7: reference vectors of the demo model, or a grid of its pictures.

reference.py MODEL OUT SEED [--grid], with a checkout of k-diffusion in KD
"""

import argparse
import json
import os

import numpy as np
from PIL import Image

from model import Model, k_diffusion

GRID = [
    "red apple, 3d style, blue background",
    "cat face, flat style, yellow background",
    "rocket, 3d style, black background",
    "pizza, 3d style",
    "smiling face with sunglasses, flat style, pink background",
    "octopus, 3d style, white background",
    "guitar, 3d style, green background",
    "butterfly, flat style, purple background",
    "volcano, flat style",
    "birthday cake, 3d style, pink background",
    "robot, flat style, orange background",
    "cactus",
    "fox, 3d style, blue background",
    "flat style tropical fish, red background",
    "house with garden, 3d style",
    "tiger, flat style, black background",
]
CASES = [  # prompt, negative prompt, sampler, schedule, steps, CFG scale
    ("red apple, 3d style, blue background", "", "euler", "normal", 10, 1.0),
    ("red apple, 3d style, blue background", "", "dpmpp_2m", "karras", 20, 4.0),
    ("cat face, flat style, yellow background", "blurry", "euler_ancestral", "karras", 12, 5.0),
    ("rocket", "red background", "heun", "karras", 8, 3.0),
]
ABOUT = (
    "arrays are little-endian float32 at byte offset in demo-model.bin; "
    "noise is randn(seed) of 1x4x16x16; latent is "
    "before division by scaling_factor; v-prediction, timestep interpolated in log sigma"
)


def pixels(image):
    return ((np.clip(image[0], -1, 1) + 1) * 127.5 + 0.5).astype(np.uint8).transpose(1, 2, 0)


def grid(model, out, seed):
    tiles = [
        pixels(model.draw(p, "", "dpmpp_2m", "karras", 20, 4.0, seed + k)["image"])
        for k, p in enumerate(GRID)
    ]
    rows = [np.concatenate(tiles[i : i + 4], 1) for i in range(0, len(tiles), 4)]
    Image.fromarray(np.concatenate(rows)).resize((1024, 1024), Image.LANCZOS).save(
        f"{out}/grid.png"
    )


def vectors(model, out, seed):
    blob, cases = bytearray(), []

    def put(array):
        offset, array = len(blob), np.ascontiguousarray(array, dtype="<f4")
        blob.extend(array.tobytes())
        return {"offset": offset, "shape": list(array.shape)}

    for prompt, negative, sampler, schedule, steps, cfg in CASES:
        r = model.draw(prompt, negative, sampler, schedule, steps, cfg, seed)
        cases.append(
            {
                "prompt": prompt,
                "negative": negative,
                "sampler": sampler,
                "schedule": schedule,
                "steps": steps,
                "cfg": cfg,
                "seed": str(seed),
                "ids": r["ids"][0].tolist(),
                "sigmas": r["sigmas"].tolist(),
                "text_embedding": put(r["text"][0]),
                "noise": put(r["noise"]),
                "unet_at_t500_on_noise": put(model.unet(r["noise"], 500.0, r["text"])),
                "latent": put(r["latent"]),
                "image": put(r["image"]),
            }
        )
        Image.fromarray(pixels(r["image"])).save(f"{out}/demo-{sampler}-{schedule}-{steps}.png")
    open(f"{out}/demo-model.bin", "wb").write(blob)
    json.dump(
        {"about": ABOUT, "seed": seed, "cases": cases},
        open(f"{out}/demo-model.json", "w"),
        indent=1,
    )


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("out")
    p.add_argument("seed", type=int)
    p.add_argument("--grid", action="store_true")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    (grid if a.grid else vectors)(Model(a.model, k_diffusion(os.environ["KD"])), a.out, a.seed)
