"""Model folders: configs as diffusers writes them, and the manifest that names every file."""

import hashlib
import json
import os

INDEX = {
    "StableDiffusionPipeline": ("text_encoder", "tokenizer"),
    "StableDiffusionInpaintPipeline": ("text_encoder", "tokenizer"),
    "LatentConsistencyModelPipeline": ("text_encoder", "tokenizer"),
    "OnnxStableDiffusionPipeline": ("text_encoder", "tokenizer"),
    "StableDiffusionXLPipeline": ("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2"),
    "StableDiffusionXLImg2ImgPipeline": ("text_encoder_2", "tokenizer_2"),
}
CLASSES = {
    "text_encoder": ["transformers", "CLIPTextModel"],
    "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "tokenizer_2": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
    "safety_checker": [None, None],
}
DEFAULTS = {
    "size": {"min": 32, "max": 256, "step": 16},
    "steps": {"min": 1, "max": 150},
    "peakMemory": 128 * 2**20,
}


def write_json(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf8") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)


def write_index(folder, pipeline, **more):
    present = INDEX[pipeline]
    if pipeline.startswith("Onnx"):
        parts = ("text_encoder", "unet", "vae_decoder", "vae_encoder")
        classes = {name: ["diffusers", "OnnxRuntimeModel"] for name in parts}
        classes["tokenizer"] = CLASSES["tokenizer"]
        classes["safety_checker"] = [None, None]
    else:
        shown = ("unet", "vae", "safety_checker")
        classes = {name: CLASSES[name] for name in (*present, *shown)}
        if pipeline == "StableDiffusionXLImg2ImgPipeline":
            classes.update(text_encoder=[None, None], tokenizer=[None, None])
    scheduler = more.pop("scheduler")
    write_json(
        f"{folder}/model_index.json",
        {
            "_class_name": pipeline,
            "_diffusers_version": "0.31.0",
            **more,
            **classes,
            "scheduler": ["diffusers", scheduler["_class_name"]],
        },
    )
    write_json(f"{folder}/scheduler/scheduler_config.json", scheduler)


def write_config(path, config, name):
    """A network's own config without what says where and by what it was made."""
    content = {k: v for k, v in dict(config).items() if not k.startswith("_")}
    write_json(path, {"_class_name": name, **content})


def write_text_config(path, model):
    fields = (
        "vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads "
        "max_position_embeddings hidden_act projection_dim layer_norm_eps bos_token_id "
        "eos_token_id pad_token_id"
    ).split()
    content = {name: getattr(model.config, name) for name in fields}
    write_json(
        path, {"architectures": [type(model).__name__], "model_type": "clip_text_model", **content}
    )


def scheduler(name, **changes):
    return {
        "_class_name": name,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "clip_sample": False,
        "num_train_timesteps": 1000,
        "set_alpha_to_one": False,
        "skip_prk_steps": True,
        "steps_offset": 1,
        "trained_betas": None,
        **changes,
    }


def write_manifest(folder, title, family, sampler="euler", schedule="normal", **fields):
    """`fields`: kind, features, precision, and defaults other than four steps at 64 x 64."""
    defaults = {"width": 64, "height": 64, "steps": 4, "cfgScale": 5}
    defaults.update(fields.pop("defaults", {}), sampler=sampler, schedule=schedule)
    files = []
    for path in sorted(
        os.path.relpath(os.path.join(parent, name), folder)
        for parent, _, names in os.walk(folder)
        for name in names
        if name != "manifest.json"
    ):
        with open(f"{folder}/{path}", "rb") as file:
            data = file.read()
        digest = hashlib.sha256(data).hexdigest()
        files.append({"path": path, "size": len(data), "sha256": digest})
    manifest = {
        "v": 1,
        "name": "tiny-" + os.path.basename(folder),
        "title": title,
        "family": family,
        "files": files,
        "precision": "fp32",
        "licence": "Apache-2.0",
        **DEFAULTS,
        "defaults": defaults,
        **fields,
    }
    with open(f"{folder}/manifest.json", "w") as file:
        json.dump(manifest, file, indent=2)
        file.write("\n")
