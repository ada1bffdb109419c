"""The tiny pipelines: which networks, which scheduler, which form of export."""

import os
import shutil

from tinymodels import networks
from tinymodels.folders import (
    scheduler,
    write_config,
    write_index,
    write_manifest,
    write_text_config,
)
from tinymodels.graphs import (
    export_text,
    export_tiny_decoder,
    export_unet,
    export_vae,
)
from tinymodels.networks import SD_SCALE, SDXL_SCALE, WIDTH, WIDTH_2
from tinymodels.variants import to_external, to_float16
from tinymodels.words import EOS, write_tokenizer

PNDM = scheduler("PNDMScheduler")
DDIM = scheduler("DDIMScheduler")
EULER = scheduler("EulerDiscreteScheduler", timestep_spacing="leading", interpolation_type="linear")
SD_FEATURES = ["init", "inpaint", "lora", "embedding"]
SIX, FIVE = 6, 5


class Networks:
    """Every torch module, made once; variants share them."""

    def __init__(self):
        self.text = networks.text_encoder(1)
        self.vae = networks.vae(2, SD_SCALE)
        self.unet = networks.unet(3)
        self.inpaint = networks.unet(4, in_channels=9)
        self.lcm = networks.unet(5, time_cond_proj_dim=256)
        self.control = networks.control_net(6, self.unet)
        self.text_sd2 = networks.text_encoder(7, act="gelu", pad=0)
        sd2 = {"use_linear_projection": True, "attention_head_dim": (2, 4)}
        self.unet_v = networks.unet(8, **sd2)
        self.unet_turbo = networks.unet(9, **sd2)
        self.text_xl = networks.text_encoder(10)
        self.text_xl_2 = networks.text_encoder(11, WIDTH_2, 3, "gelu", EOS, networks.POOLED)
        self.vae_xl = networks.vae(12, SDXL_SCALE)
        self.unet_xl = networks.xl_unet(13, WIDTH + WIDTH_2, SIX, layers_per_block=2)
        self.unet_refiner = networks.xl_unet(14, WIDTH_2, FIVE)
        self.taesd = networks.tiny_autoencoder(15)


def residual_shapes(net, rows=2, side=8):
    """Of a ControlNet's outputs for latents of `side`: every down block's, then the middle's."""
    import torch

    text = torch.zeros(rows, 77, net.config.cross_attention_dim)
    image = torch.zeros(rows, 3, side * 8, side * 8)
    down, mid = net(torch.zeros(rows, 4, side, side), 1, text, image, return_dict=False)
    return [tuple(each.shape) for each in (*down, mid)]


def write_sd(
    folder,
    text,
    unet,
    vae,
    pipeline="StableDiffusionPipeline",
    schedule=PNDM,
    pad="<|endoftext|>",
    opset=14,
    residuals=(),
    legacy=False,
):
    export_text(text, f"{folder}/text_encoder/model.onnx", int32=legacy, opset=opset)
    export_unet(unet, f"{folder}/unet/model.onnx", residuals, legacy, opset)
    export_vae(vae, folder, legacy, opset)
    write_tokenizer(f"{folder}/tokenizer", pad)
    write_index(folder, pipeline, scheduler=schedule, requires_safety_checker=False)
    if legacy:
        return  # those scripts left the networks' configs out
    write_text_config(f"{folder}/text_encoder/config.json", text)
    write_config(f"{folder}/unet/config.json", unet.config, "UNet2DConditionModel")
    for part in ("vae_encoder", "vae_decoder"):
        write_config(f"{folder}/{part}/config.json", vae.config, "AutoencoderKL")


def write_xl(folder, n, unet, refiner=False):
    first, second = n.text_xl, n.text_xl_2
    if not refiner:
        export_text(first, f"{folder}/text_encoder/model.onnx", hidden=True)
        write_text_config(f"{folder}/text_encoder/config.json", first)
        write_tokenizer(f"{folder}/tokenizer")
    export_text(second, f"{folder}/text_encoder_2/model.onnx")
    write_text_config(f"{folder}/text_encoder_2/config.json", second)
    write_tokenizer(f"{folder}/tokenizer_2", "!")
    export_unet(unet, f"{folder}/unet/model.onnx", opset=17)
    write_config(f"{folder}/unet/config.json", unet.config, "UNet2DConditionModel")
    export_vae(n.vae_xl, folder)
    for part in ("vae_encoder", "vae_decoder"):
        write_config(f"{folder}/{part}/config.json", n.vae_xl.config, "AutoencoderKL")
    write_index(
        folder,
        "StableDiffusionXLImg2ImgPipeline" if refiner else "StableDiffusionXLPipeline",
        scheduler=EULER,
        force_zeros_for_empty_prompt=not refiner,
        **({"requires_aesthetics_score": True} if refiner else {}),
    )


GRAPHS = ("text_encoder", "unet", "vae_encoder", "vae_decoder")


def write_pipelines(out, n):
    sd = f"{out}/sd15"
    write_sd(sd, n.text, n.unet, n.vae)
    write_manifest(sd, "Tiny Stable Diffusion 1.5", "sd1", features=SD_FEATURES)

    for name, keep_io, title in [
        ("sd15-fp16", True, "float16 weights, float32 in and out"),
        ("sd15-io16", False, "float16 in and out"),
    ]:
        copied(sd, f"{out}/{name}")
        for part in GRAPHS:
            to_float16(f"{out}/{name}/{part}/model.onnx", keep_io)
        described(f"{out}/{name}", title, precision="fp16")

    copied(sd, f"{out}/sd15-external")
    to_external(f"{out}/sd15-external/unet/model.onnx", "model.onnx_data")
    described(f"{out}/sd15-external", "the UNet's weights in a file beside it")

    copied(sd, f"{out}/sd15-taesd")
    export_tiny_decoder(n.taesd, f"{out}/sd15-taesd/taesd_decoder/model.onnx")
    described(f"{out}/sd15-taesd", "with a tiny decoder for previews")

    legacy = f"{out}/sd15-legacy"
    write_sd(legacy, n.text, n.unet, n.vae, "OnnxStableDiffusionPipeline", legacy=True)
    to_external(f"{legacy}/unet/model.onnx", "weights.pb")
    described(legacy, "as the first export scripts wrote it")

    control = f"{out}/sd15-control"
    write_sd(control, n.text, n.unet, n.vae, residuals=residual_shapes(n.control))
    described(control, "takes a ControlNet's residuals", features=[*SD_FEATURES, "control"])

    inpaint = f"{out}/sd15-inpaint"
    write_sd(inpaint, n.text, n.inpaint, n.vae, "StableDiffusionInpaintPipeline")
    described(inpaint, "nine channels, for inpainting")

    lcm = f"{out}/lcm"
    schedule = scheduler(
        "LCMScheduler",
        original_inference_steps=50,
        prediction_type="epsilon",
        rescale_betas_zero_snr=False,
        set_alpha_to_one=True,
        steps_offset=0,
        timestep_scaling=10.0,
        timestep_spacing="leading",
        thresholding=False,
    )
    write_sd(lcm, n.text, n.lcm, n.vae, "LatentConsistencyModelPipeline", schedule)
    described(lcm, "a latent consistency model", sampler="lcm", features=SD_FEATURES)

    v = f"{out}/sd21-v"
    schedule = {**DDIM, "prediction_type": "v_prediction"}
    write_sd(v, n.text_sd2, n.unet_v, n.vae, schedule=schedule, pad="!", opset=17)
    described(v, "Stable Diffusion 2.1, v-prediction", "sd2", sampler="ddim")

    turbo = f"{out}/sd-turbo"
    schedule = {**EULER, "prediction_type": "epsilon", "timestep_spacing": "trailing"}
    write_sd(turbo, n.text_sd2, n.unet_turbo, n.vae, schedule=schedule, pad="!")
    few = {"steps": 1, "cfgScale": 1}
    described(turbo, "SD-Turbo", "sd2", schedule="sgm_uniform", defaults=few)

    for name, unet, title, family in [
        ("sdxl", n.unet_xl, "SDXL", "sdxl"),
        ("sdxl-refiner", n.unet_refiner, "SDXL refiner", "sdxl_refiner"),
    ]:
        write_xl(f"{out}/{name}", n, unet, refiner=name.endswith("refiner"))
        described(f"{out}/{name}", title, family)


def copied(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    os.remove(f"{target}/manifest.json")


def described(folder, title, family="sd1", features=SD_FEATURES, **fields):
    write_manifest(folder, f"Tiny pipeline: {title}", family, features=features, **fields)
