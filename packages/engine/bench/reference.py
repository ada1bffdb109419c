"""The same graphs, driven by a plain loop in Python: text encoder, UNet with guidance in one call, Euler, VAE decoder.

reference.py TASK, TASK as JSON. Prints {"runtime": ...} when the graphs are loaded, then for each line it reads a render's
{"wall": ms, "runs": ms, "cpu": ms}: all of it, what of it was the runtime's, and the time of all cores together.
"""

import json
import sys
import time

import numpy as np
import onnxruntime as ort

TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}


class Graph:
    runs = 0.0  # seconds of all graphs

    def __init__(self, path, threads):
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = True
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.inputs = {each.name: each for each in self.session.get_inputs()}
        self.output = self.session.get_outputs()[0].name

    def __call__(self, **values):
        feeds = {
            name: np.asarray(value, dtype=TYPES[self.inputs[name].type])
            for name, value in values.items()
        }
        start = time.perf_counter()
        (result,) = self.session.run([self.output], feeds)
        Graph.runs += time.perf_counter() - start
        return result


def shaped_time(spec, value, rows):
    """Exports differ: a scalar, one value, or one a row."""
    if not spec.shape:
        return np.array(value)
    return np.full(rows if "batch" in str(spec.shape[0]) else 1, value)


def render(task, text, unet, vae):
    random = np.random.default_rng(1)
    embeddings = np.concatenate([text(input_ids=[ids]) for ids in task["ids"]])
    sigmas = task["sigmas"]
    shape = (1, 4, task["height"] // 8, task["width"] // 8)
    x = random.standard_normal(shape, dtype=np.float32) * np.float32(sigmas[0])
    rows = len(embeddings)
    for sigma, after, timestep in zip(sigmas, sigmas[1:], task["timesteps"]):
        sample = np.repeat(x / np.float32(np.sqrt(sigma * sigma + 1)), rows, axis=0)
        against, wanted = unet(
            sample=sample,
            timestep=shaped_time(unet.inputs["timestep"], timestep, rows),
            encoder_hidden_states=embeddings,
        )
        noise = against + np.float32(task["cfgScale"]) * (wanted - against)
        x = x + noise * np.float32(after - sigma)
    pixels = vae(latent_sample=x / np.float32(task["vaeScale"]))[0]
    return ((np.clip(pixels, -1, 1) + 1) * 127.5 + 0.5).astype(np.uint8).transpose(1, 2, 0)


def main(task):
    parts = [
        Graph(f"{task['folder']}/{part}/model.onnx", task["threads"])
        for part in ("text_encoder", "unet", "vae_decoder")
    ]
    print(json.dumps({"runtime": f"onnxruntime {ort.__version__}"}), flush=True)
    for _ in sys.stdin:
        Graph.runs = 0.0
        start = time.perf_counter()
        start_cpu = time.process_time()
        picture = render(task, *parts)
        wall = time.perf_counter() - start
        times = {"wall": wall, "runs": Graph.runs, "cpu": time.process_time() - start_cpu}
        assert picture.shape == (task["height"], task["width"], 3)
        print(json.dumps({name: 1000 * of for name, of in times.items()}), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
