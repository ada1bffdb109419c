"""Step 3: the autoencoder (factor 8, 4 latent channels). autoencoder.py SECONDS"""

import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from data import BACKGROUND_NAMES, on_background, path, pictures

CHANNELS = 4


class Residual(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a = nn.Conv2d(c, c, 3, padding=1)
        self.b = nn.Conv2d(c, c, 3, padding=1)
        nn.init.zeros_(self.b.weight)
        nn.init.zeros_(self.b.bias)

    def forward(self, x):
        return x + self.b(F.silu(self.a(F.silu(x))))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(48, 96, 3, padding=1),
            Residual(96),
            Residual(96),
            nn.Conv2d(96, 160, 3, stride=2, padding=1),
            Residual(160),
            Residual(160),
            Residual(160),
            nn.SiLU(),
            nn.Conv2d(160, CHANNELS, 1),
        )

    def forward(self, x):
        return self.n(x)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = nn.Sequential(
            nn.Conv2d(CHANNELS, 192, 3, padding=1),
            Residual(192),
            Residual(192),
            Residual(192),
            Residual(192),
            nn.Upsample(scale_factor=2, mode="nearest"),
            nn.Conv2d(192, 96, 3, padding=1),
            Residual(96),
            Residual(96),
            Residual(96),
            nn.SiLU(),
            nn.Conv2d(96, 48, 3, padding=1),
            nn.PixelShuffle(4),
        )

    def forward(self, z):
        return self.n(z)


def load():
    encoder, decoder = Encoder(), Decoder()
    state = torch.load(path("autoencoder.pt"))
    encoder.load_state_dict(state["e"])
    decoder.load_state_dict(state["d"])
    return encoder.eval(), decoder.eval()


def gradients(x):
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def main(seconds, batch=16):
    torch.manual_seed(0)
    torch.set_num_threads(2)
    meta, data = pictures()
    encoder = Encoder().to(memory_format=torch.channels_last)
    decoder = Decoder().to(memory_format=torch.channels_last)
    params = [*encoder.parameters(), *decoder.parameters()]
    opt = torch.optim.AdamW(params, lr=1e-3, weight_decay=1e-4, betas=(0.9, 0.98))
    start, step = time.time(), 0
    while (done := (time.time() - start) / seconds) < 1:
        for group in opt.param_groups:
            group["lr"] = 1.5e-3 * min(1, step / 200) * (1 - done) + 1e-5
        x = on_background(
            data[torch.randint(0, len(meta), (batch,))],
            torch.randint(0, len(BACKGROUND_NAMES), (batch,)),
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            z = encoder(x).float()
            y = decoder(z + 0.05 * torch.randn_like(z)).float()
        edges = sum(F.l1_loss(a, b) for a, b in zip(gradients(y), gradients(x)))
        spread = z.mean((0, 2, 3)).pow(2).mean() + (z.var((0, 2, 3)) - 1).pow(2).mean()
        loss = F.l1_loss(y, x) + edges + F.mse_loss(y, x) + 1e-2 * spread
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        if step % 100 == 0:
            print(step, f"l1 {F.l1_loss(y, x).item():.4f}", flush=True)
    torch.save({"e": encoder.state_dict(), "d": decoder.state_dict()}, path("autoencoder.pt"))


if __name__ == "__main__":
    main(float(sys.argv[1]))
