"""Makes the graphs and adapter files of this folder, with what PyTorch computes from them: see README.md."""

import json
import pathlib

import torch
from onnxruntime.transformers.optimizer import optimize_model
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

HERE = pathlib.Path(__file__).parent
torch.manual_seed(7)
golden = {}


class Attention(nn.Module):
    def __init__(self, width, context):
        super().__init__()
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(context, width, bias=False)
        self.to_v = nn.Linear(context, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x, context):
        weights = torch.softmax(self.to_q(x) @ self.to_k(context).transpose(1, 2), -1)
        return self.to_out[0](weights @ self.to_v(context))


class Transformer(nn.Module):
    def __init__(self, width, context):
        super().__init__()
        self.proj_in = nn.Conv2d(width, width, 1)
        self.transformer_blocks = nn.ModuleList([Block(width, context)])
        self.proj_out = nn.Conv2d(width, width, 1)

    def forward(self, x, context):
        batch, width, high, wide = x.shape
        rows = self.proj_in(x).permute(0, 2, 3, 1).reshape(batch, high * wide, width)
        for each in self.transformer_blocks:
            rows = each(rows, context)
        return x + self.proj_out(rows.reshape(batch, high, wide, width).permute(0, 3, 1, 2))


class Block(nn.Module):
    def __init__(self, width, context):
        super().__init__()
        self.attn1 = Attention(width, width)
        self.attn2 = Attention(width, context)

    def forward(self, x, context):
        x = x + self.attn1(x, x)
        return x + self.attn2(x, context)


class Resnet(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.time_emb_proj = nn.Linear(width, width)

    def forward(self, x, time):
        return torch.tanh(self.conv1(x) + self.time_emb_proj(time)[:, :, None, None])


class Down(nn.Module):
    def __init__(self, width, context):
        super().__init__()
        self.resnets = nn.ModuleList([Resnet(width)])
        self.attentions = nn.ModuleList([Transformer(width, context)])

    def forward(self, x, time, context):
        return self.attentions[0](self.resnets[0](x, time), context)


class Unet(nn.Module):
    """The modules of a Stable Diffusion UNet that adapters change, a few values wide."""

    def __init__(self, width=8, context=6):
        super().__init__()
        self.conv_in = nn.Conv2d(4, width, 3, padding=1)
        self.down_blocks = nn.ModuleList([Down(width, context)])
        self.conv_out = nn.Conv2d(width, 4, 3, padding=1)

    def forward(self, sample, timestep, encoder_hidden_states):
        time = timestep * torch.ones(sample.shape[0], 8) / 1000
        x = self.down_blocks[0](self.conv_in(sample), time, encoder_hidden_states)
        return self.conv_out(x)


def export(model, inputs, names, outputs, file, axes, opset=17):
    torch.onnx.export(
        model, inputs, HERE / file, input_names=names, output_names=outputs,
        dynamic_axes=axes, opset_version=opset, dynamo=False,
    )


def listed(tensor):
    return [float(value) for value in tensor.detach().float().flatten()]


unet = Unet().eval()
sample, time, context = torch.randn(1, 4, 4, 4), torch.tensor(500.0), torch.randn(1, 3, 6)
names = ["sample", "timestep", "encoder_hidden_states"]
axes = {"sample": {0: "batch", 2: "height", 3: "width"}, "encoder_hidden_states": {0: "batch", 1: "tokens"}}
export(unet, (sample, time, context), names, ["out_sample"], "unet.onnx", axes)
golden["unet"] = {
    "sample": listed(sample), "timestep": [500.0], "encoder_hidden_states": listed(context),
    "out_sample": listed(unet(sample, time, context)),
}
base = {key: value.clone() for key, value in unet.state_dict().items()}
ATTN = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
CROSS = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
OUT = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0"
CONV = "down_blocks.0.resnets.0.conv1"
LINEAR = "down_blocks.0.resnets.0.time_emb_proj"
POINT = "down_blocks.0.attentions.0.proj_in"


def kohya(module):
    return "lora_unet_" + module.replace(".", "_")


def rand(*shape):
    return torch.randn(*shape) * 0.4


def applied(deltas, weight):
    """What the UNet gives with these changes of its weights."""
    state = {key: value.clone() for key, value in base.items()}
    for module, delta in deltas.items():
        key = module + ".weight"
        state[key] = state[key] + weight * delta.reshape(state[key].shape)
    unet.load_state_dict(state)
    result = listed(unet(sample, time, context))
    unet.load_state_dict(base)
    return result


def case(name, tensors, deltas, weight=0.8, metadata=None):
    save_file({key: value.contiguous() for key, value in tensors.items()}, HERE / f"{name}.safetensors", metadata)
    golden[name] = {"weight": weight, "out_sample": applied(deltas, weight)}


def pair(module, rank, kernel=()):
    out, into = base[module + ".weight"].shape[:2]
    return rand(out, rank, *[1 for _ in kernel]), rand(rank, into, *kernel)


def lora_of(up, down):
    return up.flatten(1) @ down.flatten(1)


# kohya's trainer: alpha, linear and convolutional modules, half precision.
tensors, deltas = {}, {}
for module, kernel in [(ATTN, ()), (CROSS, ()), (OUT, ()), (LINEAR, ()), (CONV, (3, 3)), (POINT, (1, 1))]:
    up, down = [each.half() for each in pair(module, 2, kernel)]
    tensors |= {
        kohya(module) + ".lora_up.weight": up, kohya(module) + ".lora_down.weight": down,
        kohya(module) + ".alpha": torch.tensor(1.0),
    }
    deltas[module] = lora_of(up.float(), down.float()) * (1.0 / 2)
case("lora-kohya", tensors, deltas)

# The same, under Stability's names.
ldm = {
    ATTN: "lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q",
    CROSS: "lora_unet_input_blocks_1_1_transformer_blocks_0_attn2_to_k",
    OUT: "lora_unet_input_blocks_1_1_transformer_blocks_0_attn2_to_out_0",
    LINEAR: "lora_unet_input_blocks_1_0_emb_layers_1",
    CONV: "lora_unet_input_blocks_1_0_in_layers_2",
    POINT: "lora_unet_input_blocks_1_1_proj_in",
}
renamed = {}
for module, name in ldm.items():
    for end in ["lora_up.weight", "lora_down.weight", "alpha"]:
        renamed[f"{name}.{end}"] = tensors[f"{kohya(module)}.{end}"]
case("lora-stability-names", renamed, deltas)

# PEFT by diffusers: no alpha tensors, its metadata has it; bfloat16.
tensors, deltas = {}, {}
for module, kernel in [(ATTN, ()), (OUT, ()), (CONV, (3, 3))]:
    up, down = [each.bfloat16() for each in pair(module, 3, kernel)]
    tensors |= {f"unet.{module}.lora_B.weight": up, f"unet.{module}.lora_A.weight": down}
    deltas[module] = lora_of(up.float(), down.float()) * (6.0 / 3)
about = {"lora_adapter_metadata": json.dumps({"unet.r": 3, "unet.lora_alpha": 6})}
case("lora-peft", tensors, deltas, 0.5, about)

# diffusers before PEFT: attention processors, no alpha at all.
tensors, deltas = {}, {}
for module, name in [(ATTN, "to_q"), (OUT, "to_out")]:
    up, down = pair(module, 2)
    stem = f"unet.{module.split('.to_')[0]}.processor.{name}_lora"
    tensors |= {f"{stem}.up.weight": up, f"{stem}.down.weight": down}
    deltas[module] = lora_of(up, down)
case("lora-processor", tensors, deltas, -0.6)

# LoCon with a kernel between its factors (Tucker).
up, down, mid = rand(8, 2, 1, 1), rand(2, 8, 1, 1), rand(2, 2, 3, 3)
case(
    "locon-tucker",
    {
        kohya(CONV) + ".lora_up.weight": up, kohya(CONV) + ".lora_down.weight": down,
        kohya(CONV) + ".lora_mid.weight": mid, kohya(CONV) + ".alpha": torch.tensor(2.0),
    },
    {CONV: torch.einsum("n m k l, i n, m j -> i j k l", mid, up.flatten(1), down.flatten(1)) * (2.0 / 2)},
)

# LoHa: linear, and convolutional with kernels.
w = [rand(8, 2), rand(2, 8), rand(8, 2), rand(2, 8)]
c = [rand(2, 8), rand(2, 8), rand(2, 8), rand(2, 8)]
t = [rand(2, 2, 3, 3), rand(2, 2, 3, 3)]
parts = ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"]
tensors = {f"{kohya(ATTN)}.{part}": value for part, value in zip(parts, w)}
tensors |= {f"{kohya(CONV)}.{part}": value for part, value in zip(parts, c)}
tensors |= {f"{kohya(CONV)}.hada_t1": t[0], f"{kohya(CONV)}.hada_t2": t[1], kohya(ATTN) + ".alpha": torch.tensor(1.0)}
cp = [torch.einsum("i j k l, j r, i p -> p r k l", t[i], c[2 * i + 1], c[2 * i]) for i in (0, 1)]
case("loha", tensors, {ATTN: (w[0] @ w[1]) * (w[2] @ w[3]) * (1.0 / 2), CONV: cp[0] * cp[1]})

# LoKr: both factors whole, the second in two, and a convolution.
w1, w2 = rand(2, 4), rand(4, 2)
v1, v2a, v2b = rand(4, 2), rand(2, 1), rand(1, 4)
k1, k2 = rand(2, 2), rand(4, 4, 3, 3)
case(
    "lokr",
    {
        kohya(ATTN) + ".lokr_w1": w1, kohya(ATTN) + ".lokr_w2": w2, kohya(ATTN) + ".alpha": torch.tensor(3.0),
        kohya(LINEAR) + ".lokr_w1": v1, kohya(LINEAR) + ".lokr_w2_a": v2a, kohya(LINEAR) + ".lokr_w2_b": v2b,
        kohya(LINEAR) + ".alpha": torch.tensor(0.5),
        kohya(CONV) + ".lokr_w1": k1, kohya(CONV) + ".lokr_w2": k2,
    },
    {
        ATTN: torch.kron(w1, w2), LINEAR: torch.kron(v1, v2a @ v2b) * 0.5,
        CONV: torch.kron(k1[:, :, None, None], k2),
    },
)

# Text encoders: end of text by its id (opset 17) and, as older ones, by the largest id (opset 14, norms spelled out).
for file, eos, opset in [("text-encoder.onnx", 49, 17), ("text-encoder-legacy.onnx", 2, 14)]:
    torch.manual_seed(11)
    config = CLIPTextConfig(
        vocab_size=50, hidden_size=8, intermediate_size=16, num_hidden_layers=3, num_attention_heads=2,
        max_position_embeddings=8, bos_token_id=48, eos_token_id=eos, pad_token_id=49, projection_dim=8,
    )
    encoder = CLIPTextModel(config).eval()
    for parameter in encoder.parameters():
        parameter.data.normal_(0, 0.3)

    class Wrapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.text_model = getattr(encoder, "text_model", encoder)

        def forward(self, input_ids):
            result = self.text_model(input_ids=input_ids)
            return result.last_hidden_state, result.pooler_output

    ids = torch.tensor([[48, 3, 17, 25, 8, 49, 49, 49]])
    export(
        Wrapped(), (ids,), ["input_ids"], ["last_hidden_state", "pooler_output"], file,
        {"input_ids": {0: "batch", 1: "tokens"}}, opset,
    )
    result = encoder(input_ids=ids, output_hidden_states=True)
    name = file.removesuffix(".onnx")
    golden[name] = {
        "input_ids": ids.flatten().tolist(),
        "hidden_states": [listed(state) for state in result.hidden_states],
        "last_hidden_state": listed(result.last_hidden_state),
        "pooler_output": listed(result.pooler_output),
    }
    # A textual inversion of two vectors, at ids 50 and 51.
    torch.manual_seed(13)
    vectors = rand(2, 8)
    save_file({"emb_params": vectors}, HERE / "embedding.safetensors")
    save_file({"clip_l": vectors, "clip_g": rand(2, 8)}, HERE / "embedding-pair.safetensors")
    embedding = getattr(encoder, "text_model", encoder).embeddings.token_embedding
    embedding.weight = nn.Parameter(torch.cat([embedding.weight.data, vectors]))
    embedding.num_embeddings = 52
    told = torch.tensor([[48, 3, 50, 51, 8, 49, 49, 49]])
    result = encoder(input_ids=told)
    end = result.last_hidden_state[:, 5]
    golden[name]["embedding"] = {
        "input_ids": told.flatten().tolist(),
        "last_hidden_state": listed(result.last_hidden_state),
        "pooler_output": listed(end),
    }

# A LoRA of the text encoder.
torch.manual_seed(17)
up, down = rand(8, 2), rand(2, 8)
save_file(
    {
        "lora_te_text_model_encoder_layers_1_self_attn_q_proj.lora_up.weight": up,
        "lora_te_text_model_encoder_layers_1_self_attn_q_proj.lora_down.weight": down,
    },
    HERE / "lora-text.safetensors",
)
module = getattr(encoder, "text_model", encoder).encoder.layers[1].self_attn.q_proj
module.weight.data += 0.7 * (up @ down)
golden["lora-text"] = {"weight": 0.7, "last_hidden_state": listed(encoder(input_ids=ids).last_hidden_state)}

# The exporter of newer versions of torch, which names nodes otherwise.
exported = torch.onnx.export(
    unet, (sample, time, context), input_names=names, output_names=["out_sample"], opset_version=18, dynamo=True,
)
exported.save(HERE / "unet-dynamo.onnx", external_data=False)

# Fused by the offline optimiser of ONNX Runtime.
fused = optimize_model(str(HERE / "text-encoder.onnx"), model_type="clip", num_heads=2, hidden_size=8, opt_level=0)
fused.save_model_to_file(str(HERE / "text-encoder-fused.onnx"))
golden["text-encoder-fused"] = golden["text-encoder"]

# Methods that are refused.
save_file({kohya(ATTN) + ".dora_scale": rand(8, 1), kohya(ATTN) + ".lora_up.weight": rand(8, 1)}, HERE / "dora.safetensors")

with open(HERE / "golden.json", "w") as out:
    json.dump(golden, out)
