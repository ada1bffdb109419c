"""The full-size Stable Diffusion 1.5 without its weights. full_size.py OUT

Benches fill the graphs with random values: speed does not depend on what the weights are. Takes about 10 GB of memory
and 8 GB in the scratch folder WORK (or the system's) for some minutes; OUT gets under 200 KB.
"""

import gzip
import math
import os
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

import onnx  # noqa: E402
from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: E402
from onnx.helper import tensor_dtype_to_np_dtype  # noqa: E402
from transformers import CLIPTextConfig, CLIPTextModel  # noqa: E402

from tinymodels.folders import (  # noqa: E402
    write_config,
    write_index,
    write_json,
    write_text_config,
)
from tinymodels.graphs import export_text, export_unet, export_vae  # noqa: E402
from tinymodels.pipelines import PNDM  # noqa: E402

INLINE = 1024  # bytes; smaller initialisers are shapes and constants that a graph cannot do without
ALIGN = 4096  # so that a file of weights can be mapped
WEIGHTS = "weights.bin"


def networks():
    """name -> (the network, how its graph and its config are written)"""
    unet = UNet2DConditionModel(cross_attention_dim=768, attention_head_dim=8, sample_size=64)
    yield "unet", unet, lambda out: export_unet(unet, f"{out}/unet/model.onnx")
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=49408,
            hidden_size=768,
            intermediate_size=3072,
            num_hidden_layers=12,
            num_attention_heads=12,
            eos_token_id=2,
            attn_implementation="eager",
        )
    )
    yield "text_encoder", text, lambda out: export_text(text, f"{out}/text_encoder/model.onnx")
    vae = AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        sample_size=512,
        scaling_factor=0.18215,
    )
    yield "vae_decoder", vae, lambda out: export_vae(vae, out)


def size_of(tensor):
    """Bytes of a tensor, wherever they are."""
    return math.prod(tensor.dims) * tensor_dtype_to_np_dtype(tensor.data_type).itemsize


def strip(source, target):
    """Points every large initialiser into one file that is not there yet, one after the other.

    @returns bytes of that file
    """
    model = onnx.load(source, load_external_data=False)
    at = 0
    for tensor in model.graph.initializer:
        length = size_of(tensor)
        if length <= INLINE:
            continue
        assert tensor.data_type == onnx.TensorProto.FLOAT, tensor.name
        tensor.ClearField("raw_data")
        del tensor.external_data[:]
        at = -(-at // ALIGN) * ALIGN
        for key, value in (("location", WEIGHTS), ("offset", at), ("length", length)):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, str(value)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        at += length
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(gzip.compress(model.SerializeToString(), mtime=0))
    print(f"{target}: {os.path.getsize(target)} bytes, {at / 1e6:.0f} MB of weights")
    return at


def main(out):
    sizes = {}
    for name, network, write in networks():
        network.eval().requires_grad_(False)
        with tempfile.TemporaryDirectory(dir=os.environ.get("WORK")) as work:
            write(work)
            sizes[name] = strip(f"{work}/{name}/model.onnx", f"{out}/{name}/model.onnx.gz")
        config = f"{out}/{name}/config.json"
        if name == "text_encoder":
            write_text_config(config, network)
        else:
            write_config(config, network.config, type(network).__name__)
    write_index(out, "StableDiffusionPipeline", scheduler=PNDM, requires_safety_checker=False)
    write_json(f"{out}/weights.json", sizes)


if __name__ == "__main__":
    main(*sys.argv[1:])
