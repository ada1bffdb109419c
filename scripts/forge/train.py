"""Step 5: text encoder and UNet together, resumable. train.py --secs 3600 --total 7200"""

import argparse
import json
import math
import os
import random
import time

import torch

import parts
from data import BACKGROUND_NAMES, path

STYLE = {"flat": "flat style", "3d": "3d style"}


class Captions:
    def __init__(self):
        meta, chosen = json.load(open(path("meta.json"))), json.load(open(path("concepts.json")))
        self.rows = [(meta[i]["name"], STYLE[meta[i]["style"]]) for i in chosen["idx"]]
        self.tags = chosen["tags"]

    def __call__(self, row, background):
        name, style = self.rows[row]
        if random.random() < 0.1:
            return ""  # for classifier-free guidance
        text = name
        if random.random() < 0.15 and self.tags.get(name):
            text += " " + random.choice(self.tags[name])
        with_style = random.random() < 0.85
        with_background = random.random() < (0.35 if background == "white" else 0.92)
        if with_style and random.random() < 0.2:
            text, with_style = style.split()[0] + " " + text, False
        if random.random() < 0.1:
            text = "a " + text
        rest = [style] * with_style + [background + " background"] * with_background
        if random.random() < 0.15:
            rest.reverse()
        return ", ".join([text, *rest])


def main(a):
    torch.set_num_threads(2)
    tok, captions = parts.tokenizer(), Captions()
    latents = torch.load(path("latents.pt"))["z"]
    text, unet = parts.text_encoder(tok), parts.unet().to(memory_format=torch.channels_last)
    params = [*text.parameters(), *unet.parameters()]
    opt = torch.optim.AdamW(params, lr=a.lr, betas=(0.9, 0.99), weight_decay=1e-2)
    ema, before, step = [p.detach().clone() for p in params], 0.0, 0
    if os.path.exists(path(a.checkpoint)):
        c = torch.load(path(a.checkpoint))
        text.load_state_dict(c["te"])
        unet.load_state_dict(c["un"])
        opt.load_state_dict(c["opt"])
        ema, before, step = c["ema"], c["elapsed"], c["step"]
    alphas = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2, 0)
    start, order, at = time.time(), torch.randperm(len(latents)), 0

    def save():
        torch.save(
            {
                "te": text.state_dict(),
                "un": unet.state_dict(),
                "ema": ema,
                "opt": opt.state_dict(),
                "elapsed": before + time.time() - start,
                "step": step,
            },
            path(a.checkpoint),
        )

    while time.time() - start < a.secs:
        done = min(1, (before + time.time() - start) / a.total)
        for group in opt.param_groups:
            group["lr"] = (
                a.lr * min(1, (step + 1) / 300) * (0.49 * (1 + math.cos(math.pi * done)) + 0.02)
            )
        if at + a.batch > len(latents):
            order, at = torch.randperm(len(latents)), 0
        rows, at = order[at : at + a.batch], at + a.batch
        white = torch.rand(a.batch) < 0.3
        backs = torch.where(white, 0, torch.randint(0, len(BACKGROUND_NAMES), (a.batch,)))
        x0 = latents[rows, backs].float()
        words = [captions(int(r), BACKGROUND_NAMES[int(b)]) for r, b in zip(rows, backs)]
        ids = tok(words, padding="max_length", max_length=77, truncation=True, return_tensors="pt")[
            "input_ids"
        ]
        t, noise = torch.randint(0, 1000, (a.batch,)), torch.randn_like(x0)
        alpha = alphas[t][:, None, None, None]
        xt, v = (
            alpha.sqrt() * x0 + (1 - alpha).sqrt() * noise,
            alpha.sqrt() * noise - (1 - alpha).sqrt() * x0,
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = unet(
                xt.to(memory_format=torch.channels_last), t, text(ids).last_hidden_state
            ).sample
        snr = alphas[t] / (1 - alphas[t])
        weight = snr.clamp(max=5) / (snr + 1)
        loss = ((out.float() - v).pow(2).mean((1, 2, 3)) * weight).mean() / weight.mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(
                ema, [p.detach() for p in params], 1 - min(0.999, (1 + step) / (10 + step))
            )
        if step % 50 == 0:
            print(step, f"loss {loss.item():.4f}", flush=True)
        if step % 400 == 0:
            save()
    save()


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--secs", type=float, required=True)
    p.add_argument(
        "--total",
        type=float,
        required=True,
        help="seconds over which the rate decays, all runs together",
    )
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--lr", type=float, default=4e-4)
    p.add_argument("--checkpoint", default="diffusion.pt")
    main(p.parse_args())
