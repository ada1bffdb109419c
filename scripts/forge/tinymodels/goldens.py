"""Runs every network and pipeline in PyTorch and keeps what it gives."""

import torch

from tinymodels.golden_bench import MASK_FROM
from tinymodels.golden_networks import NetworkGoldens
from tinymodels.golden_runs import RunGoldens

ABOUT = (
    "Made by scripts/forge/tiny.py from PyTorch modules on a CPU, float32. Arrays are little-endian float32 at byte "
    "offset in tiny-models.bin, pictures bytes [height, width, 3]. Noise is randn(seed) of 1x4x6x8. `rule` is whose "
    "loop ran."
)


class Goldens(NetworkGoldens, RunGoldens):
    def write(self, folder):
        self.file.inputs = {"picture": self.file.bytes(self.bytes), "mask_from": MASK_FROM}
        with torch.no_grad():
            self.networks()
            self.texts()
            self.runs()
            self.beside()
        self.file.write(folder, ABOUT)
