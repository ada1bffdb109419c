"""k-diffusion's samplers over the tiny networks, as AUTOMATIC1111 and ComfyUI run them."""

import math
import os

import numpy as np
import torch

from model import k_diffusion

TRAINED = 1000


class Levels:
    """Noise levels of Stable Diffusion and the timesteps that belong to them."""

    def __init__(self):
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, TRAINED, dtype=torch.float64) ** 2
        alphas = torch.cumprod(1 - betas, 0)
        self.sigmas = ((1 - alphas) / alphas).sqrt().numpy()

    def timestep(self, sigma):
        return float(np.interp(math.log(sigma), np.log(self.sigmas), np.arange(TRAINED)))

    def normal(self, steps):
        places = np.linspace(TRAINED - 1, 0, steps)
        logs = np.interp(places, np.arange(TRAINED), np.log(self.sigmas))
        return torch.from_numpy(np.append(np.exp(logs), 0.0))


class Loop:
    def __init__(self):
        self.sampling = k_diffusion(os.environ["KD"])
        self.levels = Levels()

    def sigmas(self, schedule, steps):
        if schedule == "normal":
            return self.levels.normal(steps)
        ends = self.levels.sigmas[0], self.levels.sigmas[-1]
        return self.sampling.get_sigmas_karras(steps, *ends).double()

    def denoiser(self, predict, cfg):
        """`predict(sample, timestep, isPositive)` gives the noise of one row."""

        def denoise(x, sigma, **_):
            s = float(sigma.flatten()[0])
            scaled, t = (x / math.sqrt(s * s + 1)).float(), self.levels.timestep(s)
            positive = predict(scaled, t, True).double()
            if cfg == 1:
                return x - s * positive
            negative = predict(scaled, t, False).double()
            return x - s * (negative + cfg * (positive - negative))

        return denoise

    def run(self, sampler, sigmas, predict, cfg, generator, start=None):
        """From pure noise, or from `start` latents at the first level. Noise is all of one generator's."""

        def noise(*_):
            return torch.randn((1, 4, 6, 8), generator=generator).double()

        first = noise() * sigmas[0]
        more = {"noise_sampler": noise} if sampler.endswith("ancestral") else {}
        return getattr(self.sampling, f"sample_{sampler}")(
            self.denoiser(predict, cfg),
            first if start is None else start.double() + first,
            sigmas,
            disable=True,
            **more,
        )
