"""The exported model in Python: ONNX Runtime for its graphs, k-diffusion's own samplers."""

import importlib.util
import json
import math
import sys
import types

import numpy as np
import onnxruntime as ort
import torch
from transformers import CLIPTokenizer


def k_diffusion(checkout):
    """k_diffusion.sampling alone; empty modules stand for its optional ODE and SDE packages."""
    for name in ("torchdiffeq", "torchsde"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["torchdiffeq"].odeint = None
    package, utils = types.ModuleType("kd"), types.ModuleType("kd.utils")
    package.__path__ = [f"{checkout}/k_diffusion"]
    utils.append_dims = lambda x, n: x[(...,) + (None,) * (n - x.ndim)]
    package.utils = utils
    sys.modules.update({"kd": package, "kd.utils": utils})
    spec = importlib.util.spec_from_file_location(
        "kd.sampling", f"{checkout}/k_diffusion/sampling.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["kd.sampling"] = module
    spec.loader.exec_module(module)
    return module


class Model:
    def __init__(self, folder, sampling):
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.enable_mem_pattern = 2, False
        self.sessions = {
            n: ort.InferenceSession(
                f"{folder}/{n}/model.onnx", options, providers=["CPUExecutionProvider"]
            )
            for n in ("text_encoder", "unet", "vae_decoder")
        }
        self.tokenizer = CLIPTokenizer.from_pretrained(f"{folder}/tokenizer")
        self.scaling_factor = json.load(open(f"{folder}/vae_decoder/config.json"))["scaling_factor"]
        self.samplers = {
            "euler": sampling.sample_euler,
            "euler_ancestral": sampling.sample_euler_ancestral,
            "dpmpp_2m": sampling.sample_dpmpp_2m,
            "heun": sampling.sample_heun,
        }
        self.karras = sampling.get_sigmas_karras
        alphas = torch.cumprod(
            1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0
        )
        self.train_sigmas = ((1 - alphas) / alphas).sqrt()

    def sigmas(self, schedule, steps):
        if schedule == "karras":
            return self.karras(steps, self.train_sigmas[0], self.train_sigmas[-1]).double()
        logs = np.interp(
            np.linspace(999, 0, steps), np.arange(1000), self.train_sigmas.log().numpy()
        )
        return torch.cat([torch.from_numpy(np.exp(logs)), torch.zeros(1, dtype=torch.float64)])

    def timestep(self, sigma):
        return float(np.interp(math.log(sigma), self.train_sigmas.log().numpy(), np.arange(1000)))

    def encode(self, prompt):
        ids = np.array(
            self.tokenizer([prompt], padding="max_length", max_length=77, truncation=True)[
                "input_ids"
            ],
            dtype=np.int64,
        )
        return ids, self.sessions["text_encoder"].run(None, {"input_ids": ids})[0]

    def unet(self, x, t, text):
        return self.sessions["unet"].run(
            None,
            {
                "sample": x.astype(np.float32),
                "timestep": np.array(t, dtype=np.float32),
                "encoder_hidden_states": text,
            },
        )[0]

    def denoiser(self, text, negative, cfg):
        def denoise(x, sigma, **_):
            s = float(sigma.flatten()[0])
            t, scaled = self.timestep(s), (x / math.sqrt(s * s + 1)).numpy()
            if cfg == 1:
                v = torch.from_numpy(self.unet(scaled, t, text)).double()
            else:
                both = self.unet(
                    np.concatenate([scaled, scaled]), t, np.concatenate([negative, text])
                )
                without, with_text = torch.from_numpy(both).double().chunk(2)
                v = without + cfg * (with_text - without)
            return x / (s * s + 1) - v * s / math.sqrt(s * s + 1)

        return denoise

    def draw(self, prompt, negative, sampler, schedule, steps, cfg, seed):
        ids, text = self.encode(prompt)
        _, negative_text = self.encode(negative)
        sigmas, generator = self.sigmas(schedule, steps), torch.Generator().manual_seed(seed)
        noise = lambda *_: torch.randn((1, 4, 16, 16), generator=generator).double()
        first = noise()
        extra = {"noise_sampler": noise} if sampler.endswith("ancestral") else {}
        z = self.samplers[sampler](
            self.denoiser(text, negative_text, cfg),
            first * sigmas[0],
            sigmas,
            disable=True,
            **extra,
        )
        image = self.sessions["vae_decoder"].run(
            None, {"latent_sample": (z / self.scaling_factor).float().numpy()}
        )[0]
        return {
            "ids": ids,
            "text": text,
            "noise": first.numpy(),
            "sigmas": sigmas.numpy(),
            "latent": z.numpy(),
            "image": image,
        }
