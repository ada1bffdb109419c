"""diffusers' own pipelines over the tiny networks."""

import contextlib

import torch
from diffusers import (
    ControlNetModel,  # noqa: F401  (registers the class that the pipeline checks for)
    DDIMScheduler,
    EulerDiscreteScheduler,
    LatentConsistencyModelPipeline,
    LCMScheduler,
    PNDMScheduler,
    StableDiffusionControlNetPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
)
from safetensors.torch import load_file
from transformers import CLIPTextModel, CLIPTokenizer

from tinymodels.adapters import ALPHA, RANK

# transformers no longer has the inner model that diffusers asks for: it is the model itself now.
CLIPTextModel.text_model = property(lambda self: self)

SCHEDULERS = {
    "ddim": DDIMScheduler,
    "plms": PNDMScheduler,
    "euler": EulerDiscreteScheduler,
    "lcm": LCMScheduler,
}
WIDTH, HEIGHT = 64, 48  # unequal, so that sides swapped by mistake show
SEED = 1234


def generator():
    return torch.Generator().manual_seed(SEED)


class Reference:
    """@param models folder of the exports: their tokenizers and scheduler configs are read from there"""

    def __init__(self, models, n):
        self.models, self.n = models, n

    def tokenizer(self, model, name="tokenizer"):
        return CLIPTokenizer.from_pretrained(f"{self.models}/{model}/{name}")

    def scheduler(self, model, sampler):
        kind = SCHEDULERS[sampler]
        return kind.from_pretrained(f"{self.models}/{model}", subfolder="scheduler")

    def pipeline(self, kind, model, sampler, text, unet, **more):
        pipe = kind(
            vae=self.n.vae,
            text_encoder=text,
            tokenizer=self.tokenizer(model),
            unet=unet,
            scheduler=self.scheduler(model, sampler),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
            **more,
        )
        pipe.set_progress_bar_config(disable=True)
        return pipe

    def sd(self, model, sampler, text=None, unet=None):
        n = self.n
        return self.pipeline(
            StableDiffusionPipeline, model, sampler, text or n.text, unet or n.unet
        )

    def lcm(self):
        kind = LatentConsistencyModelPipeline
        return self.pipeline(kind, "lcm", "lcm", self.n.text, self.n.lcm)

    def control(self):
        kind, n = StableDiffusionControlNetPipeline, self.n
        return self.pipeline(
            kind, "sd15-control", "ddim", n.text, n.unet, controlnet=n.control
        )

    def inpaint(self):
        kind, n = StableDiffusionInpaintPipeline, self.n
        return self.pipeline(kind, "sd15-inpaint", "ddim", n.text, n.inpaint)

    def xl(self, sampler):
        pipe = StableDiffusionXLPipeline(
            vae=self.n.vae_xl,
            text_encoder=self.n.text_xl,
            text_encoder_2=self.n.text_xl_2,
            tokenizer=self.tokenizer("sdxl"),
            tokenizer_2=self.tokenizer("sdxl", "tokenizer_2"),
            unet=self.n.unet_xl,
            scheduler=self.scheduler("sdxl", sampler),
            add_watermarker=False,
        )
        pipe.set_progress_bar_config(disable=True)
        return pipe


def latents(pipe, run, **more):
    """Final latents of a run as golden files describe it."""
    return pipe(
        prompt=run["prompt"],
        **({"negative_prompt": run["negative"]} if "negative" in run else {}),
        width=WIDTH,
        height=HEIGHT,
        num_inference_steps=run["steps"],
        guidance_scale=run["cfg"],
        generator=generator(),
        output_type="latent",
        **more,
    ).images


@contextlib.contextmanager
def lora_applied(pipe, path, weight, merged):
    """The UNet's part read and applied by diffusers and PEFT; the text encoders', which diffusers cannot apply to the
    present transformers, added by hand: weight * alpha / rank * up @ down."""
    tensors = load_file(path)
    unet = {k: v for k, v in tensors.items() if k.startswith(("unet.", "lora_unet_"))}
    pipe.load_lora_weights(unet, adapter_name="tiny")
    pipe.set_adapters("tiny", weight)
    layers = []
    for module, pairs in merged:
        for name, (down, up) in pairs.items():
            layer = module.get_submodule(name.removeprefix(module_prefix(module)))
            layers.append((layer, layer.weight.clone()))
            layer.weight += weight * ALPHA / RANK * (up @ down)
    try:
        yield
    finally:
        for layer, before in layers:
            layer.weight.copy_(before)
        pipe.unload_lora_weights()


def module_prefix(module):
    return "text_model." if isinstance(module, CLIPTextModel) else ""
