"""Stores the weights of an ONNX graph smaller, as step 6 does."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def output_axis(node, ndim):
    """The axis of a weight that is its output channel."""
    if node.op_type == "MatMul":
        return ndim - 1
    if node.op_type == "Gemm":
        return 0 if any(a.name == "transB" and a.i for a in node.attribute) else 1
    return 0


def shrink(file, mode):
    """Stores large weights as int8 per output channel (matrices, convolutions) or as fp16.

    A node turns them back into float32. The runtime folds it when it loads the graph, so compute
    stays float32.
    """
    model = onnx.load(file)
    graph, users, kept, back = model.graph, {}, [], []
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    for t in graph.initializer:
        a, uses = numpy_helper.to_array(t), users.get(t.name, [])
        if mode == "fp32" or a.dtype != np.float32 or a.size < 2048:
            kept.append(t)
        elif (
            mode == "int8"
            and a.ndim > 1
            and all(n.op_type in ("Conv", "MatMul", "Gemm") for n in uses)
        ):
            axis = output_axis(uses[0], a.ndim)
            scale = (
                np.abs(a).max(axis=tuple(i for i in range(a.ndim) if i != axis), keepdims=True)
                / 127
            )
            scale[scale == 0] = 1
            q, flat = (
                np.clip(np.round(a / scale), -127, 127).astype(np.int8),
                scale.reshape(-1).astype(np.float32),
            )
            kept += [
                numpy_helper.from_array(q, t.name + "_q"),
                numpy_helper.from_array(flat, t.name + "_s"),
                numpy_helper.from_array(np.zeros(flat.shape, np.int8), t.name + "_z"),
            ]
            back.append(
                helper.make_node(
                    "DequantizeLinear",
                    [t.name + "_q", t.name + "_s", t.name + "_z"],
                    [t.name],
                    axis=axis,
                )
            )
        else:
            kept.append(numpy_helper.from_array(a.astype(np.float16), t.name + "_h"))
            back.append(helper.make_node("Cast", [t.name + "_h"], [t.name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(back + nodes)
    onnx.save(model, file)
