"""ONNX graphs with the tensors of optimum's exporter, or of the older scripts."""

import os

import torch

from tinymodels.networks import POOLED, decoded_preview

B, S, H, W = "batch_size", "sequence_length", "height", "width"
IDS = {0: B, 1: S}
IMAGE, LATENT = {0: B, 2: H, 3: W}, {0: B, 2: "height_latent", 3: "width_latent"}
OPSET = 14  # optimum's, in which layer norms are still taken apart


def export(module, args, file, inputs, outputs, opset=OPSET):
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with torch.no_grad():
        torch.onnx.export(
            module,
            args,
            file,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: axes for name, axes in {**inputs, **outputs}.items() if axes},
            opset_version=opset,
            dynamo=False,
        )


class forwarding:
    """Exports a module by another function, without a wrapper whose name would prefix every node's."""

    def __init__(self, module, function):
        self.module, self.function = module, function

    def __enter__(self):
        original = self.module.forward
        self.module.forward = lambda *args: self.function(original, *args)
        return self.module

    def __exit__(self, *_):
        del self.module.forward


class TextModel(torch.nn.Module):
    """Names as transformers had them when the public exports were made."""

    def __init__(self, model):
        super().__init__()
        self.text_model = model

    def forward(self, ids):
        found = self.text_model(ids, output_hidden_states=True)
        return found.last_hidden_state, found.pooler_output, *found.hidden_states


def export_text(model, file, hidden=False, int32=False, opset=OPSET):
    ids = torch.zeros(2, 77, dtype=torch.int32 if int32 else torch.long)
    ids[:, 7] = 5
    states = [f"hidden_states.{i}" for i in range(model.config.num_hidden_layers + 1)]
    if hasattr(model, "text_projection"):
        names = ["text_embeds", "last_hidden_state", *states]

        def call(forward, ids):
            found = forward(ids, output_hidden_states=True)
            return found.text_embeds, found.last_hidden_state, *found.hidden_states
    else:
        names = ["last_hidden_state", "pooler_output", *(states if hidden else [])]
        model = TextModel(model)

        def call(forward, ids):
            return forward(ids)[: len(names)]

    pooled = ("text_embeds", "pooler_output")
    axes = {name: {0: B} if name in pooled else IDS for name in names}
    with forwarding(model, call) as module:
        export(module, (ids,), file, {"input_ids": IDS}, axes, opset)


def unet_inputs(model, residuals=()):
    """What the UNet takes beside sample, timestep and text: name -> (shape of an example, axes)."""
    config, extra = model.config, {}
    if config.addition_embed_type == "text_time":
        extra["text_embeds"] = ((2, POOLED), {0: B})
        extra["time_ids"] = ((2, model.sizes), {0: B})
    if config.time_cond_proj_dim:
        extra["timestep_cond"] = ((2, config.time_cond_proj_dim), {0: B})
    for i, shape in enumerate(residuals[:-1]):
        axes = {0: B, 2: f"height_{i}", 3: f"width_{i}"}
        extra[f"down_block_additional_residual_{i}"] = (shape, axes)
    if residuals:
        axes = {0: B, 2: "height_mid", 3: "width_mid"}
        extra["mid_block_additional_residual"] = (residuals[-1], axes)
    return extra


def export_unet(model, file, residuals=(), legacy=False, opset=OPSET):
    """`legacy`: the timestep is one int64 in an array."""
    config = model.config
    extra = unet_inputs(model, residuals)
    names = list(extra)

    def call(forward, sample, timestep, text, *more):
        given = dict(zip(names, more))
        added = {k: given.pop(k) for k in ("text_embeds", "time_ids") if k in given}
        mid = given.pop("mid_block_additional_residual", None)
        down = [given.pop(k) for k in names if k.startswith("down_block")]
        return forward(
            sample,
            timestep,
            text,
            timestep_cond=given.get("timestep_cond"),
            added_cond_kwargs=added or None,
            down_block_additional_residuals=down or None,
            mid_block_additional_residual=mid,
            return_dict=False,
        )[0]

    example = (
        torch.randn(2, config.in_channels, 8, 8),
        torch.tensor([3]) if legacy else torch.tensor(3.0),
        torch.randn(2, 77, config.cross_attention_dim),
        *(torch.randn(shape) for shape, _ in extra.values()),
    )
    inputs = {
        "sample": IMAGE,
        "timestep": {},
        "encoder_hidden_states": IDS,
        **{name: axes for name, (_, axes) in extra.items()},
    }
    with forwarding(model, call) as module:
        export(module, example, file, inputs, {"out_sample": IMAGE}, opset)


def export_control(net, file):
    def call(forward, sample, timestep, text, image):
        down, mid = forward(sample, timestep, text, image, return_dict=False)
        return *down, mid

    example = (
        torch.randn(2, 4, 8, 8),
        torch.tensor(3.0),
        torch.randn(2, 77, net.config.cross_attention_dim),
        torch.rand(2, 3, 64, 64),
    )
    count = len(net.controlnet_down_blocks)
    outputs = [f"down_block_res_sample_{i}" for i in range(count)] + ["mid_block_res_sample"]
    inputs = {
        "sample": IMAGE,
        "timestep": {},
        "encoder_hidden_states": IDS,
        "controlnet_cond": {0: B, 2: "height_image", 3: "width_image"},
    }
    with forwarding(net, call) as module:
        axes = {name: {0: B, 2: f"{name}_height", 3: f"{name}_width"} for name in outputs}
        export(module, example, file, inputs, axes)


def export_vae(model, folder, legacy=False, opset=OPSET):
    """`legacy`: the encoder draws its latents inside the graph, as the old scripts exported it."""

    def encode(_, picture):
        found = model.encode(picture).latent_dist
        return found.sample() if legacy else found.parameters

    output = "latent_sample" if legacy else "latent_parameters"
    picture, latents = torch.randn(2, 3, 64, 64), torch.randn(2, 4, 8, 8)
    with forwarding(model, encode) as module:
        file = f"{folder}/vae_encoder/model.onnx"
        export(module, (picture,), file, {"sample": IMAGE}, {output: LATENT}, opset)
    with forwarding(model, lambda _, z: model.decode(z, return_dict=False)[0]) as module:
        file = f"{folder}/vae_decoder/model.onnx"
        export(module, (latents,), file, {"latent_sample": LATENT}, {"sample": IMAGE}, opset)


def export_tiny_decoder(model, file):
    with forwarding(model, lambda _, latents: decoded_preview(model, latents)) as module:
        latents = torch.randn(2, 4, 8, 8)
        export(module, (latents,), file, {"latent_sample": LATENT}, {"sample": IMAGE})
