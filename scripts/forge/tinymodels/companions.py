"""Models that work on a picture or beside a checkpoint."""

import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from torch import nn
from transformers import CLIPConfig

from tinymodels.folders import write_config, write_json, write_manifest
from tinymodels.graphs import B, H, W, export, export_control, forwarding
from tinymodels.networks import built

FACE_SIDE = 64  # GFPGAN's is 512
DETECTOR_SIDE = 128  # YuNet's is 640
CLIP_SIDE, PATCH = 224, 32


class Upscaler(nn.Module):
    """Nearest neighbours and a small correction, as Real-ESRGAN's compact networks work: 0 to 1, four times as large."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.PReLU(8), nn.Conv2d(8, 48, 3, padding=1)
        )
        self.upsampler = nn.PixelShuffle(4)

    def forward(self, x):
        base = nn.functional.interpolate(x, scale_factor=4.0, mode="nearest")
        return base + 0.05 * torch.tanh(self.upsampler(self.body(x)))


class FaceRestorer(nn.Module):
    """Takes and gives a face of one size, -1 to 1, as GFPGAN does."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 4, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1)

    def forward(self, x):
        return torch.clamp(x + 0.2 * torch.tanh(self.up(torch.relu(self.down(x)))), -1, 1)


class FaceDetector(nn.Module):
    """Finds a face of 32 pixels wherever 8 by 8 pixels are bright, in the form of YuNet's exports."""

    # Eyes, nose and corners of the mouth of an upright face of 32 pixels, in cells from the middle of its own.
    LANDMARKS = (-0.5, -0.1, 0.5, -0.1, 0.0, 0.5, -0.4, 1.0, 0.4, 1.0)
    BOX = (0.5, 0.5, 1.386294, 1.386294)

    def forward(self, x):
        outputs = []
        for stride in (8, 16, 32):
            light = nn.functional.avg_pool2d(x.mean(1, keepdim=True) / 255, stride)
            cells = light.reshape(1, -1, 1)
            found = torch.clamp((cells - 0.6) * 5, 0, 1) if stride == 8 else cells * 0
            points = torch.tensor(self.LANDMARKS) + 0.5
            outputs.append(
                (
                    found,
                    found,
                    cells * 0 + torch.tensor(self.BOX),
                    cells * 0 + points,
                )
            )
        return tuple(part for kind in zip(*outputs) for part in kind)


def write_face_restorer(folder):
    face = built(34, FaceRestorer)
    example = (torch.rand(1, 3, FACE_SIDE, FACE_SIDE),)
    export(face, example, f"{folder}/model.onnx", {"input": {}}, {"output": {}})
    names = [f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)]
    example = (torch.rand(1, 3, DETECTOR_SIDE, DETECTOR_SIDE) * 255,)
    detector = f"{folder}/detector/model.onnx"
    export(FaceDetector(), example, detector, {"input": {}}, {name: {} for name in names})
    write_manifest(folder, "Tiny face restorer", "sd1", kind="face_restorer")
    return face


def safety_checker():
    vision = {
        "hidden_size": 8,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": CLIP_SIDE,
        "patch_size": PATCH,
        "projection_dim": 8,
    }
    text = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 8}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
    config.vision_config._attn_implementation = "eager"
    config._attn_implementation = "eager"
    checker = built(31, lambda: StableDiffusionSafetyChecker(config))
    torch.manual_seed(32)
    for concepts in (checker.concept_embeds, checker.special_care_embeds):
        nn.init.normal_(concepts)
    # One concept that a bright picture meets and a dark one does not; the others are out of reach.
    checker.concept_embeds_weights.fill_(1.01)
    checker.special_care_embeds_weights.fill_(1.01)
    bright, dark = (embedded(checker, torch.full((1, 3, CLIP_SIDE, CLIP_SIDE), v)) for v in (2, -2))
    checker.concept_embeds[3] = bright
    cosine = torch.nn.functional.cosine_similarity(bright, dark, dim=0)
    checker.concept_embeds_weights[3] = (1 + cosine) / 2
    return checker


def embedded(checker, picture):
    return checker.visual_projection(checker.vision_model(picture)[1])[0]


def export_safety_checker(checker, file):
    def call(_, clip_input, images):
        # The reference's own export writes into its input; this says the same without that.
        flagged = checker.forward_onnx(clip_input, images.clone())[1]
        return images * (~flagged)[:, None, None, None].to(images.dtype), flagged

    example = (torch.randn(2, 3, CLIP_SIDE, CLIP_SIDE), torch.rand(2, 64, 64, 3))
    inputs = {"clip_input": {0: B}, "images": {0: B, 1: H, 2: W}}
    outputs = {"out_images": {0: B, 1: H, 2: W}, "has_nsfw_concepts": {0: B}}
    with forwarding(checker, call) as module:
        export(module, example, file, inputs, outputs)


def write_companions(out, n):
    """@returns the torch modules, by folder"""
    folder = f"{out}/control"
    export_control(n.control, f"{folder}/model.onnx")
    write_config(f"{folder}/config.json", n.control.config, "ControlNetModel")
    write_manifest(folder, "Tiny ControlNet for sd15-control", "sd1", kind="controlnet")

    upscaler = built(33, Upscaler)
    axes = {0: B, 2: H, 3: W}
    folder = f"{out}/upscaler-x4"
    example = (torch.rand(1, 3, 16, 16),)
    export(upscaler, example, f"{folder}/model.onnx", {"input": axes}, {"output": axes})
    write_manifest(folder, "Tiny upscaler, four times as large", "sd1", kind="upscaler")

    face = write_face_restorer(f"{out}/face-restorer")

    safety = safety_checker()
    folder = f"{out}/safety-checker"
    export_safety_checker(safety, f"{folder}/model.onnx")
    write_json(
        f"{folder}/preprocessor_config.json",
        {
            "crop_size": CLIP_SIDE,
            "do_center_crop": True,
            "do_convert_rgb": True,
            "do_normalize": True,
            "do_resize": True,
            "feature_extractor_type": "CLIPFeatureExtractor",
            "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_std": [0.26862954, 0.26130258, 0.27577711],
            "resample": 3,
            "size": CLIP_SIDE,
        },
    )
    write_manifest(folder, "Tiny safety checker", "sd1", kind="safety_checker")
    return {"upscaler-x4": upscaler, "face-restorer": face, "safety-checker": safety}
