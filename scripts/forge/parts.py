"""The text encoder and UNet, in the classes Stable Diffusion uses."""

from diffusers import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from data import path

WIDTH = 192  # text embedding
BLOCKS = (96, 160, 256)
DOWN = ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D")
UP = ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")


def tokenizer():
    return CLIPTokenizer.from_pretrained(path("tokenizer"))


def text_encoder(tok):
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tok),
            hidden_size=WIDTH,
            intermediate_size=512,
            num_hidden_layers=3,
            num_attention_heads=4,
            max_position_embeddings=77,
            hidden_act="quick_gelu",
            projection_dim=WIDTH,
            bos_token_id=tok.bos_token_id,
            eos_token_id=tok.eos_token_id,
            pad_token_id=tok.pad_token_id,
        )
    )


def unet():
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        block_out_channels=BLOCKS,
        layers_per_block=1,
        down_block_types=DOWN,
        up_block_types=UP,
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        norm_num_groups=32,
    )
