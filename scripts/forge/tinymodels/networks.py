"""Networks of every family, a few thousand weights each, drawn from a seed and scaled to be lively."""

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, ControlNetModel, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from tinymodels.words import EOS, VOCABULARY

WIDTH = 16  # of SD 1's text encoder and of SDXL's first
WIDTH_2 = 24  # of SDXL's second
POOLED = 20  # of its pooled vector; the real one is as wide as the encoder, which hides mix-ups
SD_SCALE, SDXL_SCALE = 0.18215, 0.13025

CONTROL_FIELDS = (
    "block_out_channels",
    "down_block_types",
    "layers_per_block",
    "norm_num_groups",
    "attention_head_dim",
    "cross_attention_dim",
)


def unit_gain(module):
    """Weights that keep the spread of what passes: torch's own shrink it layer by layer to near nothing."""
    for layer in module.modules():
        if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):
            fan_in = layer.weight[0].numel()
            torch.nn.init.normal_(layer.weight, std=fan_in**-0.5)
            if layer.bias is not None:
                torch.nn.init.normal_(layer.bias, std=0.05)
        elif isinstance(layer, (torch.nn.GroupNorm, torch.nn.LayerNorm)):
            torch.nn.init.normal_(layer.weight, 1.0, 0.1)
            torch.nn.init.normal_(layer.bias, std=0.1)


def built(seed, make):
    torch.manual_seed(seed)
    module = make().eval()
    unit_gain(module)
    return module.requires_grad_(False)


def text_encoder(seed, width=WIDTH, layers=3, act="quick_gelu", pad=EOS, projection=None):
    config = CLIPTextConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        max_position_embeddings=77,
        hidden_act=act,
        projection_dim=projection or width,
        bos_token_id=EOS - 1,
        # As public configs have it: the pooled vector is that of the highest id.
        eos_token_id=2,
        pad_token_id=pad,
        attn_implementation="eager",
    )
    kind = CLIPTextModelWithProjection if projection else CLIPTextModel
    model = built(seed, lambda: kind(config))
    torch.nn.init.normal_(model.get_input_embeddings().weight, std=0.5)
    return model


def unet(seed, **changes):
    fields = {
        "sample_size": 8,
        "block_out_channels": (8, 16),
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "attention_head_dim": 2,
        "cross_attention_dim": WIDTH,
    }
    model = built(seed, lambda: UNet2DConditionModel(**{**fields, **changes}))
    # A text that is seen: the pictures of two prompts must differ by more than rounding.
    for name, layer in model.named_modules():
        if name.endswith("attn2.to_out.0"):
            layer.weight.mul_(4)
    return model


def xl_unet(seed, cross, sizes, **changes):
    """`sizes`: values of time_ids, 6 of SDXL and 5 of its refiner, each embedded in 8."""
    model = unet(
        seed,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2),
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        cross_attention_dim=cross,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=POOLED + 8 * sizes,
        **changes,
    )
    model.sizes = sizes
    return model


def control_net(seed, base):
    """Takes what `base` takes; its outputs are not zero, as those of an untrained one would be."""
    return built(
        seed,
        lambda: ControlNetModel(
            **{name: base.config[name] for name in CONTROL_FIELDS},
            conditioning_embedding_out_channels=(4, 4, 8, 8),
        ),
    )


def vae(seed, scale):
    blocks = 4
    model = built(
        seed,
        lambda: AutoencoderKL(
            block_out_channels=(8,) * blocks,
            down_block_types=("DownEncoderBlock2D",) * blocks,
            up_block_types=("UpDecoderBlock2D",) * blocks,
            layers_per_block=1,
            norm_num_groups=4,
            sample_size=64,
            scaling_factor=scale,
        ),
    )
    torch.manual_seed(seed + 1)
    latents = torch.randn(1, 4, 8, 8) / scale
    model.decoder.conv_out.weight.mul_(0.4 / model.decode(latents).sample.std())
    # Means as wide as the scaling factor says; deviations about a tenth of that.
    picture = torch.nn.functional.interpolate(torch.rand(1, 3, 8, 8) * 2 - 1, scale_factor=8)
    mean = model.encode(picture).latent_dist.mean
    model.quant_conv.weight[:4] /= mean.std() * scale
    model.quant_conv.weight[4:] *= 0.3
    model.quant_conv.bias[4:] = -1.0
    return model


def tiny_autoencoder(seed):
    model = built(
        seed,
        lambda: AutoencoderTiny(
            encoder_block_out_channels=(8,) * 4,
            decoder_block_out_channels=(8,) * 4,
            num_encoder_blocks=(1,) * 4,
            num_decoder_blocks=(1,) * 4,
        ),
    )
    torch.manual_seed(seed + 1)
    last = model.decoder.layers[-1]
    last.weight.mul_(0.15 / decoded_preview(model, torch.randn(1, 4, 8, 8)).std())
    last.bias.sub_(decoded_preview(model, torch.randn(1, 4, 8, 8)).mean() - 0.5)
    return model


def decoded_preview(model, latents):
    """Latents as the UNet has them -> about 0 to 1, as TAESD's author's own graph gives."""
    return model.decoder.layers(torch.tanh(latents / 3) * 3)
