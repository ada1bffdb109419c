"""Pictures, names and background colours shared by every step. WORK is the scratch folder."""

import json
import os

import numpy as np
import torch

WORK = os.environ.get("WORK", ".")
SIZE = 128
BACKGROUNDS = {
    "white": (255, 255, 255),
    "black": (20, 20, 20),
    "red": (220, 50, 47),
    "blue": (50, 110, 220),
    "green": (70, 170, 90),
    "yellow": (250, 210, 70),
    "pink": (245, 160, 190),
    "purple": (130, 90, 190),
    "orange": (245, 150, 60),
    "gray": (150, 150, 150),
}
BACKGROUND_NAMES = list(BACKGROUNDS)
_COLOURS = torch.tensor(list(BACKGROUNDS.values())).float()


def path(name):
    return os.path.join(WORK, name)


def pictures():
    """(meta, uint8 tensor [N, 128, 128, 4]); alpha is straight, not premultiplied."""
    meta = json.load(open(path("meta.json")))
    raw = np.memmap(path("data.rgba"), dtype=np.uint8, mode="r", shape=(len(meta), SIZE, SIZE, 4))
    return meta, torch.from_numpy(raw)


def on_background(rgba, background):
    """RGBA [B, 128, 128, 4] on colours by index [B] -> float [B, 3, 128, 128] in -1..1."""
    x = rgba.float()
    alpha = x[..., 3:] / 255
    rgb = x[..., :3] * alpha + _COLOURS[background][:, None, None, :] * (1 - alpha)
    return (rgb.permute(0, 3, 1, 2) / 127.5 - 1).contiguous(memory_format=torch.channels_last)
