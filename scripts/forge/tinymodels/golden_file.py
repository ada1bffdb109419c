"""tiny-models.json and .bin: arrays of little-endian float32, and pictures as bytes."""

import json

import numpy as np


class GoldenFile:
    def __init__(self):
        self.blob, self.inputs = bytearray(), {}
        self.networks, self.texts, self.runs, self.companions = [], [], [], []

    def _put(self, array, kind):
        array = np.ascontiguousarray(array, dtype=kind)
        self.blob.extend(bytes(-len(self.blob) % 4))
        offset = len(self.blob)
        self.blob.extend(array.tobytes())
        return {"offset": offset, "shape": list(array.shape)}

    def floats(self, tensor):
        return self._put(tensor.detach().numpy(), "<f4")

    def bytes(self, array):
        return self._put(array, "u1")

    def picture(self, pixels):
        """[1, 3, h, w] from -1 to 1 -> [h, w, 3] bytes"""
        scaled = (pixels[0].detach().numpy().clip(-1, 1) + 1) * 127.5 + 0.5
        return self._put(scaled.astype(np.uint8).transpose(1, 2, 0), "u1")

    def write(self, folder, about):
        with open(f"{folder}/tiny-models.bin", "wb") as file:
            file.write(self.blob)
        parts = {
            "networks": self.networks,
            "texts": self.texts,
            "runs": self.runs,
            "companions": self.companions,
        }
        lines = [
            f'  "{name}": [\n    ' + ",\n    ".join(json.dumps(each) for each in rows) + "\n  ]"
            for name, rows in parts.items()
        ]
        with open(f"{folder}/tiny-models.json", "w") as file:
            head = {"about": about, **self.inputs}
            top = [f'  "{name}": {json.dumps(value)}' for name, value in head.items()]
            file.write("{\n" + ",\n".join([*top, *lines]) + "\n}\n")
