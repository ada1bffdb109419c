"""Other forms in which the same graph is found: float16, weights beside the graph."""

import os

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16


def to_float16(file, keep_io):
    """Weights in float16; `keep_io`: what goes in and out stays float32."""
    model = convert_float_to_float16(onnx.load(file), keep_io_types=keep_io)
    onnx.save(model, file)


def to_external(file, location):
    """Moves weights above 1 KiB to a file beside the graph."""
    model = onnx.load(file)
    beside = os.path.join(os.path.dirname(file), location)
    if os.path.exists(beside):
        os.remove(beside)
    onnx.save(
        model, file, save_as_external_data=True, location=location, size_threshold=1024
    )
