"""LoRAs in the two common namings, and textual inversions."""

import math
import os
import re

import torch
from safetensors.torch import save_file

from tinymodels.folders import write_manifest
from tinymodels.networks import WIDTH, WIDTH_2

RANK, ALPHA = 2, 1.0
TARGETS = re.compile(
    r"(attn[12]\.to_(q|k|v|out\.0)|proj_in|proj_out|ff\.net\.0\.proj|ff\.net\.2"
    r"|resnets\.\d+\.conv1|downsamplers\.0\.conv|self_attn\.(q|k|v|out)_proj|mlp\.fc[12])$"
)


def pairs(module, generator, choose):
    """name -> (down, up) of every chosen layer."""
    found = {}
    for name, layer in module.named_modules():
        if not TARGETS.search(name) or not choose(name):
            continue
        out, fan_in, *kernel = layer.weight.shape
        spread = 1 / math.sqrt(fan_in * math.prod(kernel))
        down = torch.randn(RANK, fan_in, *kernel, generator=generator) * spread
        up = torch.randn(out, RANK, *(1 for _ in kernel), generator=generator) * 0.7
        found[name] = (down, up)
    return found


def kohya(prefix, found):
    tensors = {}
    for name, (down, up) in found.items():
        key = f"{prefix}_{name.replace('.', '_')}"
        tensors[f"{key}.lora_down.weight"] = down
        tensors[f"{key}.lora_up.weight"] = up
        tensors[f"{key}.alpha"] = torch.tensor(ALPHA)
    return tensors


def peft(prefix, found):
    """diffusers' own naming. It has no alpha: the factor ALPHA / RANK is in the weights."""
    tensors = {}
    for name, (down, up) in found.items():
        tensors[f"{prefix}.{name}.lora_A.weight"] = down
        tensors[f"{prefix}.{name}.lora_B.weight"] = up * (ALPHA / RANK)
    return tensors


def sgm(name, layers=2):
    """A layer's name in the naming of SDXL's original code: input_blocks, middle_block, output_blocks."""
    kind = {"resnets": 0, "attentions": 1}
    down = re.match(r"down_blocks\.(\d+)\.(resnets|attentions)\.(\d+)\.(.*)", name)
    up = re.match(r"up_blocks\.(\d+)\.(resnets|attentions)\.(\d+)\.(.*)", name)
    mid = re.match(r"mid_block\.attentions\.0\.(.*)", name)
    if down:
        block, part, i, rest = down.groups()
        return f"input_blocks.{int(block) * (layers + 1) + int(i) + 1}.{kind[part]}.{rest}"
    if up:
        block, part, i, rest = up.groups()
        return f"output_blocks.{int(block) * (layers + 1) + int(i)}.{kind[part]}.{rest}"
    return f"middle_block.1.{mid[1]}"


def save(folder, name, tensors, title, family, kind, metadata=None):
    os.makedirs(folder, exist_ok=True)
    tensors = {key: value.contiguous() for key, value in tensors.items()}
    save_file(tensors, f"{folder}/{name}", metadata or {})
    write_manifest(folder, title, family, kind=kind)


def write_loras(out, n):
    """The same changes in both namings, once with convolutions and once without."""
    generator = torch.Generator().manual_seed(41)
    everything = pairs(n.unet, generator, lambda _: True)
    text = {
        f"text_model.{name}": pair
        for name, pair in pairs(n.text, generator, lambda _: True).items()
    }
    # One entry: the writer puts several in an order of its own, another each time.
    marks = {"ss_network_module": "networks.lora"}
    save(
        f"{out}/lora-sd15-kohya",
        "lora.safetensors",
        {**kohya("lora_unet", everything), **kohya("lora_te", text)},
        "Tiny LoRA for sd15, kohya's naming",
        "sd1",
        "lora",
        marks,
    )
    save(
        f"{out}/lora-sd15-peft",
        "pytorch_lora_weights.safetensors",
        {**peft("unet", everything), **peft("text_encoder", text)},
        "Tiny LoRA for sd15, diffusers' naming: the same changes",
        "sd1",
        "lora",
    )
    attention = pairs(n.unet_xl, generator, lambda name: "attentions" in name)
    first = {
        f"text_model.{name}": pair
        for name, pair in pairs(n.text_xl, generator, lambda _: True).items()
    }
    second = pairs(n.text_xl_2, generator, lambda _: True)
    save(
        f"{out}/lora-sdxl-kohya",
        "lora.safetensors",
        {
            **kohya("lora_unet", {sgm(name): pair for name, pair in attention.items()}),
            **kohya("lora_te1", first),
            **kohya("lora_te2", second),
        },
        "Tiny LoRA for sdxl, kohya's naming",
        "sdxl",
        "lora",
        marks,
    )
    save(
        f"{out}/lora-sdxl-peft",
        "pytorch_lora_weights.safetensors",
        {
            **peft("unet", attention),
            **peft("text_encoder", first),
            **peft("text_encoder_2", second),
        },
        "Tiny LoRA for sdxl, diffusers' naming: the same changes",
        "sdxl",
        "lora",
    )
    return {
        "sd15": [(n.unet, everything), (n.text, text)],
        "sdxl": [(n.unet_xl, attention), (n.text_xl, first), (n.text_xl_2, second)],
    }


def write_embeddings(out):
    """Two vectors a name; as wide as each encoder's tokens and about as large."""
    generator = torch.Generator().manual_seed(42)
    sd = torch.randn(2, WIDTH, generator=generator) * 0.5
    l, g = (torch.randn(2, width, generator=generator) * 0.5 for width in (WIDTH, WIDTH_2))
    save(
        f"{out}/embedding-sd15",
        "sparkle.safetensors",
        {"emb_params": sd},
        "Tiny embedding for sd15",
        "sd1",
        "embedding",
    )
    save(
        f"{out}/embedding-sdxl",
        "sparkle.safetensors",
        {"clip_l": l, "clip_g": g},
        "Tiny embedding for sdxl",
        "sdxl",
        "embedding",
    )
    return {"sd15": [sd], "sdxl": [l, g]}
