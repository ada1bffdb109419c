"""Step 6: ONNX folder in optimum's layout. export.py CHECKPOINT OUT [int8|fp16|fp32]"""

import json
import os
import shutil
import sys

import torch
import torch.nn as nn

import autoencoder
import parts
from data import path
from shrink import shrink


class Call(nn.Module):
    """A module whose forward is a plain function, which is what the exporter wants."""

    def __init__(self, module, function):
        super().__init__()
        self.module, self.function = module, function

    def forward(self, *inputs):
        return self.function(self.module, *inputs)


def graphs(checkpoint):
    tok = parts.tokenizer()
    text, unet = parts.text_encoder(tok).eval(), parts.unet().eval()
    for p, e in zip([*text.parameters(), *unet.parameters()], torch.load(path(checkpoint))["ema"]):
        p.data.copy_(e)
    text.config._attn_implementation = "eager"
    encoder, decoder = autoencoder.load()
    b, s, h, w = "batch_size", "sequence_length", "height", "width"
    image, latent = {0: b, 2: h, 3: w}, {0: b, 2: h + "_latent", 3: w + "_latent"}
    yield (
        "text_encoder",
        Call(text, lambda m, ids: (m(ids).last_hidden_state, m(ids).pooler_output)),
        (torch.zeros(2, 77, dtype=torch.long),),
        {"input_ids": {0: b, 1: s}},
        {"last_hidden_state": {0: b, 1: s}, "pooler_output": {0: b}},
    )
    yield (
        "unet",
        Call(unet, lambda m, x, t, c: m(x, t, c, return_dict=False)[0]),
        (torch.randn(2, 4, 16, 16), torch.tensor(3.0), torch.randn(2, 77, parts.WIDTH)),
        {"sample": {0: b, 2: h, 3: w}, "timestep": {}, "encoder_hidden_states": {0: b, 1: s}},
        {"out_sample": {0: b, 2: h, 3: w}},
    )
    yield (
        "vae_encoder",
        Call(encoder, lambda m, x: torch.cat([m(x), torch.full_like(m(x), -30.0)], 1)),
        (torch.randn(1, 3, 128, 128),),
        {"sample": image},
        {"latent_parameters": latent},
    )
    yield (
        "vae_decoder",
        Call(decoder, lambda m, z: m(z)),
        (torch.randn(1, 4, 16, 16),),
        {"latent_sample": latent},
        {"sample": image},
    )


def configs():
    scale = torch.load(path("latents.pt"))["scale"]
    vae = {
        "_class_name": "AutoencoderKL",
        "in_channels": 3,
        "out_channels": 3,
        "latent_channels": 4,
        "scaling_factor": scale,
        "block_out_channels": [96, 96, 160, 192],
        "sample_size": 128,
    }
    text = parts.text_encoder(parts.tokenizer()).config.to_dict()
    fields = (
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "max_position_embeddings",
        "hidden_act",
        "projection_dim",
        "layer_norm_eps",
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
    )
    return {
        "model_index.json": {
            "_class_name": "StableDiffusionPipeline",
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
            "scheduler": ["diffusers", "DDIMScheduler"],
            "safety_checker": [None, None],
            "feature_extractor": [None, None],
            "requires_safety_checker": False,
        },
        "text_encoder/config.json": {
            "architectures": ["CLIPTextModel"],
            **{k: text[k] for k in fields},
        },
        "unet/config.json": {
            "_class_name": "UNet2DConditionModel",
            "sample_size": 16,
            "in_channels": 4,
            "out_channels": 4,
            "block_out_channels": parts.BLOCKS,
            "layers_per_block": 1,
            "cross_attention_dim": parts.WIDTH,
            "attention_head_dim": 4,
            "down_block_types": parts.DOWN,
            "up_block_types": parts.UP,
        },
        "vae_encoder/config.json": vae,
        "vae_decoder/config.json": vae,
        "scheduler/scheduler_config.json": {
            "_class_name": "DDIMScheduler",
            "num_train_timesteps": 1000,
            "beta_start": 0.00085,
            "beta_end": 0.012,
            "beta_schedule": "scaled_linear",
            "prediction_type": "v_prediction",
            "clip_sample": False,
            "set_alpha_to_one": False,
            "steps_offset": 1,
            "timestep_spacing": "leading",
        },
    }


def main(checkpoint, out, mode="int8"):
    total = 0
    for name, module, args, inputs, outputs in graphs(checkpoint):
        os.makedirs(f"{out}/{name}", exist_ok=True)
        file = f"{out}/{name}/model.onnx"
        torch.onnx.export(
            module,
            args,
            file,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={**inputs, **outputs},
            opset_version=17,
            dynamo=False,
        )
        shrink(file, mode)
        total += os.path.getsize(file)
    for name, content in configs().items():
        os.makedirs(os.path.dirname(f"{out}/{name}"), exist_ok=True)
        json.dump(content, open(f"{out}/{name}", "w"), indent=2)
    shutil.copytree(path("tokenizer"), f"{out}/tokenizer", dirs_exist_ok=True)
    print(f"{total / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
