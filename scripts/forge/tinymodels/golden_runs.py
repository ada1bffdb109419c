"""Whole runs, by diffusers' own pipelines or by k-diffusion where the engine follows AUTOMATIC1111 and ComfyUI."""

import numpy as np
import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from PIL import Image

from tinymodels.golden_bench import LCM_CFG, NEGATIVE, PROMPT, GoldenBench
from tinymodels.reference import HEIGHT, SEED, WIDTH, generator, latents, lora_applied


class RunGoldens(GoldenBench):
    def run(self, model, rule, sampler, make, steps=4, cfg=5.0, negative=NEGATIVE, **more):
        """`make(run)` gives the final latents; `schedule` is "normal" where the sampler has its own."""
        prompt = more.pop("prompt", PROMPT)
        run = {
            "model": model,
            "rule": rule,
            "prompt": prompt,
            **({} if negative is None else {"negative": negative}),
            "sampler": sampler,
            "schedule": "normal",
            "steps": steps,
            "cfg": cfg,
            "seed": str(SEED),
            **more,
        }
        final = make(run)
        vae = self.n.vae_xl if model.startswith("sdxl") else self.n.vae
        pixels = vae.decode(final.float() / vae.config.scaling_factor).sample
        run["latents"] = self.file.floats(final.float()[0])
        run["pixels"] = self.file.picture(pixels)
        self.file.runs.append(run)
        return final

    def runs(self):
        n, ref = self.n, self.ref
        own = "diffusers "
        sd = own + "StableDiffusionPipeline"
        for sampler in ("ddim", "plms"):
            self.run("sd15", sd, sampler, lambda r, s=sampler: latents(ref.sd("sd15", s), r))
        both = ", of both prompts: its own clip skip leaves the negative one as it is"
        self.run("sd15", sd + both, "ddim", self.skipped, clip_skip=2)
        self.run(
            "sd21-v", sd, "ddim", lambda r: latents(ref.sd("sd21-v", "ddim", n.text_sd2, n.unet_v), r)
        )
        self.run(
            "sd-turbo",
            sd,
            "euler",
            lambda r: latents(ref.sd("sd-turbo", "euler", n.text_sd2, n.unet_turbo), r),
            steps=1,
            cfg=1.0,
            negative=None,
            schedule="sgm_uniform",
        )
        self.run(
            "lcm",
            own + "LatentConsistencyModelPipeline",
            "lcm",
            lambda r: latents(ref.lcm(), r),
            cfg=LCM_CFG,
            negative=None,
        )
        xl = own + "StableDiffusionXLPipeline"
        self.run("sdxl", xl, "ddim", lambda r: latents(ref.xl("ddim"), r))
        control = {"weight": 0.8}
        self.run(
            "sd15-control",
            own + "StableDiffusionControlNetPipeline",
            "ddim",
            lambda r: latents(
                ref.control(),
                r,
                image=self.picture / 2 + 0.5,
                controlnet_conditioning_scale=control["weight"],
            ),
            control=control,
        )
        self.run(
            "sd15-inpaint",
            own + "StableDiffusionInpaintPipeline, the masked picture's mean in the place of a sample",
            "ddim",
            self.inpaint,
            inpaint=True,
        )
        self.adapted(sd, xl)
        self.k_diffusion()

    def skipped(self, run):
        """Layers before the last are left out and what comes out is normalised, as AUTOMATIC1111 does."""
        text = self.n.text

        def embed(prompt):
            ids = torch.tensor(self.ids("sd15", prompt))
            states = text(ids, output_hidden_states=True).hidden_states
            return text.final_layer_norm(states[-run["clip_skip"]])

        plain = {k: v for k, v in run.items() if k != "negative"}
        return latents(
            self.ref.sd("sd15", "ddim"),
            {**plain, "prompt": None},
            prompt_embeds=embed(run["prompt"]),
            negative_prompt_embeds=embed(run["negative"]),
        )

    def inpaint(self, run):
        sample = DiagonalGaussianDistribution.sample
        DiagonalGaussianDistribution.sample = lambda self, generator=None: self.mean
        try:
            mask = Image.fromarray((self.mask()[0, 0].numpy() * 255).astype(np.uint8))
            image = Image.fromarray(self.bytes)
            pipe = self.ref.inpaint()
            return latents(pipe, run, image=image, mask_image=mask, strength=1.0)
        finally:
            DiagonalGaussianDistribution.sample = sample

    def adapted(self, sd, xl):
        for model, rule, make in [
            ("sd15", sd, lambda: self.ref.sd("sd15", "ddim")),
            ("sdxl", xl, lambda: self.ref.xl("ddim")),
        ]:
            results = []
            for folder, name in [
                (f"lora-{model}-kohya", "lora.safetensors"),
                (f"lora-{model}-peft", "pytorch_lora_weights.safetensors"),
            ]:
                pipe = make()
                path, weight = f"{self.models}/{folder}/{name}", 0.8
                with lora_applied(pipe, path, weight, self.loras[model][1:]):
                    results.append(latents(pipe, PLAIN))
            # Two spellings of one change.
            torch.testing.assert_close(results[0], results[1])
            lora = {"names": [f"lora-{model}-kohya", f"lora-{model}-peft"], "weight": 0.8}
            self.run(model, rule, "ddim", lambda _: results[0], lora=lora)
        prompt = "a sparkle cat"
        embedding = {"name": "embedding-sd15", "token": "sparkle"}
        path = f"{self.models}/embedding-sd15/sparkle.safetensors"

        def inverted(run):
            pipe = self.ref.sd("sd15", "ddim")
            weights = pipe.text_encoder.get_input_embeddings()
            pipe.load_textual_inversion(path, token="sparkle")
            try:
                return latents(pipe, run)
            finally:
                pipe.text_encoder.set_input_embeddings(weights)

        self.run("sd15", sd, "ddim", inverted, prompt=prompt, embedding=embedding)

    def k_diffusion(self):
        n, loop = self.n, self.loop
        rule = "k-diffusion sample_"
        rows = {p: self.embed("sd15", n.text, p) for p in (PROMPT, NEGATIVE)}

        def predict(x, t, positive):
            return n.unet(x, t, rows[PROMPT if positive else NEGATIVE]).sample

        for sampler, schedule in [("euler_ancestral", "normal"), ("dpmpp_2m", "karras")]:

            def make(r, sampler=sampler, schedule=schedule):
                sigmas = loop.sigmas(schedule, r["steps"])
                return loop.run(sampler, sigmas, predict, r["cfg"], generator())

            self.run("sd15", rule + sampler, sampler, make, schedule=schedule, steps=6)

        sizes = [HEIGHT, WIDTH, 0, 0, HEIGHT, WIDTH]
        base = {p: self.embed_xl(p) for p in (PROMPT, "")}
        fine = {p: self.embed_xl(p, first=False) for p in (PROMPT, "")}

        def base_row(x, t, positive):
            return self.xl(False)(x, t, *base[PROMPT if positive else ""], sizes)

        def fine_row(x, t, positive):
            score = 6.0 if positive else 2.5
            row = fine[PROMPT if positive else ""]
            return self.xl(True)(x, t, *row, [*sizes[:4], score])

        def plain(r):
            sigmas = loop.sigmas("karras", r["steps"])
            return loop.run("euler", sigmas, base_row, r["cfg"], generator())

        note = ", the empty negative prompt encoded as AUTOMATIC1111 and ComfyUI do"
        self.run(
            "sdxl", rule + "euler" + note, "euler", plain, schedule="karras", steps=5, negative=""
        )

        def from_picture(r):
            keep = int(min(r["strength"], 0.999) * r["steps"]) + 1
            sigmas = loop.sigmas("normal", r["steps"])[-keep - 1 :]
            vae = n.vae_xl
            start = vae.encode(self.picture).latent_dist.mean * vae.config.scaling_factor
            return loop.run("euler", sigmas, fine_row, r["cfg"], generator(), start)

        self.run(
            "sdxl-refiner",
            rule + "euler from the picture's mean, AUTOMATIC1111's step count",
            "euler",
            from_picture,
            steps=5,
            strength=0.6,
            negative="",
        )

        def handed_over(r):
            sigmas = loop.sigmas("normal", r["steps"])
            switch = float(sigmas[int(r["switch_at"] * r["steps"])])

            def row(x, t, positive):
                refines = t <= loop.levels.timestep(switch) + 1e-6
                return (fine_row if refines else base_row)(x, t, positive)

            return loop.run("euler", sigmas, row, r["cfg"], generator())

        self.run(
            "sdxl",
            rule + "euler, the refiner from switch_at * steps on",
            "euler",
            handed_over,
            switch_at=0.5,
            negative="",
        )


PLAIN = {"prompt": PROMPT, "negative": NEGATIVE, "steps": 4, "cfg": 5.0}
