"""Step 7: reference vectors of what is done to pictures and latents around the model.

pictures.py MODEL OUT, with a checkout of k-diffusion in KD; needs opencv-python-headless. Masks and latents are treated as
AUTOMATIC1111 treats them: blurred by OpenCV, reduced by Pillow, blended on the denoised estimate.
"""

import argparse
import json
import os

import cv2
import numpy as np
import onnxruntime as ort
import torch
from PIL import Image, ImageFilter, ImageOps

from model import Model, k_diffusion

SIDE, SEED, BLUR = 128, 7, 4
PROMPT, NEGATIVE, CFG = "cat face, flat style, blue background", "blurry", 4.0
MASK = (42, 30, 90, 97)  # left, top, right, bottom
HIRES = 160
CASES = [  # name, sampler, schedule, steps, strength, fill
    ("img2img", "euler_ancestral", "karras", 12, 0.6, None),
    ("img2img", "dpmpp_2m", "karras", 10, 1.0, None),
    ("inpaint", "dpmpp_2m", "karras", 10, 0.75, "original"),
    ("inpaint", "euler", "normal", 8, 0.9, "noise"),
    ("inpaint", "euler", "normal", 8, 0.5, "nothing"),
]


def scene():
    """A yellow disc on blue, in whole numbers that any language gives."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    disc = ((x - 64) ** 2 + (y - 60) ** 2 < 45**2)[..., None]
    return np.where(disc, [250, 200, 30], np.stack([x // 4, y // 2, 200 + 0 * x], -1)).astype(np.uint8)


def mask():
    left, top, right, bottom = MASK
    white = np.zeros((SIDE, SIDE), np.uint8)
    white[top:bottom, left:right] = 255
    return white


def blurred(plane, sigma):
    size = 2 * int(2.5 * sigma + 0.5) + 1
    rows = cv2.GaussianBlur(plane, (size, 1), sigma)
    return cv2.GaussianBlur(rows, (1, size), sigma)


def filled(picture, plane):
    """Covered parts take the colours around them: blurs from coarse to fine, each laid over the last."""
    kept = Image.new("RGBa", picture.size)
    kept.paste(picture.convert("RGBA").convert("RGBa"), mask=ImageOps.invert(plane))
    result = Image.new("RGBA", picture.size)
    for radius, repeats in [(256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1)]:
        layer = kept.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        for _ in range(repeats):
            result.alpha_composite(layer)
    return np.asarray(result.convert("RGB"))


def latent_mask(plane):
    small = Image.fromarray(plane).convert("RGB").resize((SIDE // 8, SIDE // 8))
    return np.around(np.asarray(small, np.float32)[..., 0] / 255)


def encode(session, scaling_factor, rgb):
    planes = rgb.astype(np.float32).transpose(2, 0, 1)[None] / 255 * 2 - 1
    return torch.from_numpy(session.run(None, {"sample": planes})[0][:, :4] * scaling_factor).double()


def sample(model, sampler, schedule, steps, strength, start, seed, keep=None, cfg=CFG, last=None):
    _, text = model.encode(PROMPT)
    _, negative = model.encode(NEGATIVE)
    guided = model.denoiser(text, negative, cfg)
    generator = torch.Generator().manual_seed(seed)
    noise = lambda *_: torch.randn(start.shape, generator=generator).double()
    sigmas = model.sigmas(schedule, steps)[-1 - (last or int(min(strength, 0.999) * steps) + 1) :]
    denoise = guided
    if keep is not None:
        original, redrawn = keep
        denoise = lambda x, s, **_: guided(x, s) * redrawn + original * (1 - redrawn)
    extra = {"noise_sampler": noise} if sampler.endswith("ancestral") else {}
    first = start + noise() * sigmas[0]
    return model.samplers[sampler](denoise, first, sigmas, disable=True, **extra)


def pieces():
    """Small inputs and results of the parts that need no model."""
    random = np.random.default_rng(3)
    latents = random.standard_normal((4, 3, 4)).astype(np.float32)
    resized = {
        mode: torch.nn.functional.interpolate(torch.from_numpy(latents)[None], size=(5, 7), mode=mode)
        for mode in ("bilinear", "bicubic", "nearest")
    }
    plane = (random.random((20, 24)) > 0.7).astype(np.uint8) * 255
    small = random.integers(0, 256, (16, 18, 3), dtype=np.uint8)
    cover = np.zeros((16, 18), np.uint8)
    cover[5:13, 4:12] = 255
    blocks = np.kron(random.integers(0, 256, (6, 7, 3), dtype=np.uint8), np.ones((6, 5, 1), np.uint8))
    soft = cv2.GaussianBlur(blocks, (5, 5), 1)
    flat = lambda array: np.asarray(array).reshape(-1).tolist()
    return {
        "resize": {
            "from": [4, 3],
            "to": [7, 5],
            "latents": flat(latents),
            "bilinear": flat(resized["bilinear"]),
            "bicubic": flat(resized["bicubic"]),
            "nearest": flat(resized["nearest"]),
        },
        "blur": {
            "width": 24,
            "height": 20,
            "mask": flat(plane),
            "sigma1": flat(blurred(plane, 1)),
            "sigma4": flat(blurred(plane, 4)),
        },
        "fill": {
            "width": 18,
            "height": 16,
            "picture": flat(small),
            "mask": flat(cover),
            "filled": flat(filled(Image.fromarray(small), Image.fromarray(cover))),
        },
        "canny": {
            "width": soft.shape[1],
            "height": soft.shape[0],
            "picture": flat(soft),
            "edges": "".join("#" if e else "." for e in flat(cv2.Canny(soft, 100, 200))),
        },
    }


def main(model_folder, out):
    model = Model(model_folder, k_diffusion(os.environ["KD"]))
    encoder = ort.InferenceSession(f"{model_folder}/vae_encoder/model.onnx")
    scale, blob = model.scaling_factor, bytearray()

    def put(array):
        offset, array = len(blob), np.ascontiguousarray(array, dtype="<f4")
        blob.extend(array.tobytes())
        return {"offset": offset, "shape": list(array.shape)}

    soft = blurred(mask(), BLUR)
    redrawn = torch.from_numpy(latent_mask(soft)).double()
    plain = encode(encoder, scale, scene())
    cases = []
    for name, sampler, schedule, steps, strength, fill in CASES:
        start, keep = plain, None
        if fill is not None:
            rgb = scene() if fill == "original" else filled(Image.fromarray(scene()), Image.fromarray(soft))
            start = encode(encoder, scale, rgb)
            if fill == "noise":
                own = torch.randn(start.shape, generator=torch.Generator().manual_seed(SEED)).double()
                start = start * (1 - redrawn) + own * redrawn
            if fill == "nothing":
                start = start * (1 - redrawn)
            keep = (start, redrawn)
        latent = sample(model, sampler, schedule, steps, strength, start, SEED, keep)
        settings = {"sampler": sampler, "schedule": schedule, "steps": steps, "strength": strength}
        cases.append(
            {"name": name, **settings, **({"fill": fill} if fill else {}), "latent": put(latent)}
        )
    # Hires fix: a picture from noise, its latents enlarged, drawn again from the seed's noise at the new size. Without
    # guidance: with it, two passes turn a change of 1e-6 into one of 3e-2, by the int8 activations alone.
    first = model.draw(PROMPT, NEGATIVE, "dpmpp_2m", "karras", 8, 1, SEED)["latent"]
    larger = torch.nn.functional.interpolate(
        torch.from_numpy(first), size=(HIRES // 8, HIRES // 8), mode="bilinear"
    )
    # The second pass makes all of its steps: those at the end of a schedule that is longer by the strength.
    whole = int(6 / min(0.6, 0.999))
    second = sample(model, "dpmpp_2m", "karras", whole, 0.6, larger, SEED, cfg=1, last=6)
    json.dump(
        {
            "about": "arrays are little-endian float32 at byte offset in pictures.bin; the scene and the mask are made by formula: see scripts/forge/pictures.py",
            "prompt": PROMPT,
            "negative": NEGATIVE,
            "cfg": CFG,
            "seed": str(SEED),
            "mask": {"edges": list(MASK), "blur": BLUR, "latent": put(redrawn)},
            "encoded": put(plain),
            "cases": cases,
            "hires": {"cfg": 1, "steps": [8, 6], "strength": 0.6, "side": HIRES, "latent": put(second)},
            "pieces": pieces(),
        },
        open(f"{out}/pictures.json", "w"),
    )
    open(f"{out}/pictures.bin", "wb").write(blob)


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("out")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    main(a.model, a.out)
