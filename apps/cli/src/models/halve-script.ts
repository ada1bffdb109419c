/**
 * Makes what the engine likes best of an export: attention fused in the portable way (no operator that only CUDA has),
 * weights in float16, inputs and outputs in float32, the VAE in float32. `--lora` leaves the layers as they are, since a
 * LoRA cannot be added to fused ones; `--fp32-attention` is for Stable Diffusion 2.1, whose attention overflows.
 */
export const HALVE_SCRIPT = `import shutil, sys
from pathlib import Path

import onnx
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.onnx_model import OnnxModel
from onnxruntime.transformers.optimizer import optimize_model

source, target, *flags = [Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]]
weights = shutil.ignore_patterns("*.onnx*", "*.pb", "*.safetensors", "*.bin", "manifest.json")
shutil.copytree(source, target, ignore=weights)
for graph in sorted(source.glob("*/model.onnx")):
    part = graph.parent.name
    kind = "unet" if part == "unet" else "clip" if part.startswith("text_encoder") else "vae"
    if "--lora" in flags:
        model = OnnxModel(onnx.load(str(graph)))
    else:
        options = FusionOptions(kind)
        options.enable_group_norm = options.enable_skip_group_norm = False
        options.enable_nhwc_conv = options.enable_bias_splitgelu = options.enable_bias_add = False
        options.enable_packed_kv = options.enable_packed_qkv = False
        model = optimize_model(str(graph), kind, opt_level=0, optimization_options=options)
    if kind != "vae":
        attention = ["Softmax", "Attention", "MultiHeadAttention"]
        keep = attention if kind == "unet" and "--fp32-attention" in flags else []
        model.convert_float_to_float16(keep_io_types=True, force_fp16_initializers=True, node_block_list=[
            node.name for node in model.model.graph.node if node.op_type in keep
        ])
    model.save_model_to_file(str(target / part / "model.onnx"), use_external_data_format=kind == "unet")`
