"""Runs every network and pipeline in PyTorch and keeps what it gives."""

import numpy as np
import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from PIL import Image
from safetensors.torch import load_file

from tinymodels.golden_file import GoldenFile
from tinymodels.loops import Loop
from tinymodels.networks import decoded_preview
from tinymodels.reference import HEIGHT, SEED, WIDTH, Reference, generator, latents, lora_applied

PROMPT, NEGATIVE = "red apple, a cat", "blurry"
TIMESTEP, LCM_CFG = 500, 8.0
MASK_FROM = 40
ABOUT = (
    "Made by scripts/forge/tiny.py from PyTorch modules on a CPU, float32. Arrays are little-endian float32 at byte "
    "offset in tiny-models.bin, pictures bytes [height, width, 3]. Noise is randn(seed) of 1x4x6x8. `rule` is whose "
    "loop ran."
)


class Goldens:
    def __init__(self, models, n, loras, companions):
        self.n, self.models = n, models
        self.loras, self.companions = loras, companions
        self.file, self.ref, self.loop = GoldenFile(), Reference(models, n), Loop()
        self.noise = torch.randn((1, 4, HEIGHT // 8, WIDTH // 8), generator=generator())
        torch.manual_seed(51)
        small = torch.rand(1, 3, HEIGHT // 4, WIDTH // 4)
        smooth = torch.nn.functional.interpolate(small, scale_factor=4, mode="bilinear")
        self.bytes = (smooth[0] * 255).round().permute(1, 2, 0).to(torch.uint8).numpy()
        self.picture = torch.from_numpy(self.bytes).permute(2, 0, 1)[None] / 127.5 - 1

    def ids(self, model, prompt, name="tokenizer"):
        tok = self.ref.tokenizer(model, name)
        return tok([prompt], padding="max_length", max_length=77, truncation=True)["input_ids"]

    def embed(self, model, text, prompt):
        return text(torch.tensor(self.ids(model, prompt))).last_hidden_state

    def embed_xl(self, prompt, first=True):
        """[77, both widths] of the layers before the last ones, and the pooled vector."""
        n = self.n
        ids_2 = torch.tensor(self.ids("sdxl", prompt, "tokenizer_2"))
        second = n.text_xl_2(ids_2, output_hidden_states=True)
        parts = [second.hidden_states[-2]]
        if first:
            ids = torch.tensor(self.ids("sdxl", prompt))
            parts.insert(0, n.text_xl(ids, output_hidden_states=True).hidden_states[-2])
        return torch.cat(parts, -1), second.text_embeds

    # One call of every network.

    def network(self, model, text, ids, call, vae, pooled=None, **more):
        put = self.file.floats
        encoded = vae.encode(self.picture).latent_dist
        self.file.networks.append(
            {
                "model": model,
                "prompt": PROMPT,
                "ids": ids,
                "text": put(text[0]),
                **({} if pooled is None else {"pooled": put(pooled[0])}),
                "timestep": TIMESTEP,
                "unet": put(call[0]),
                **{k: put(v[0]) if torch.is_tensor(v) else v for k, v in more.items()},
                "encoded_mean": put(encoded.mean[0] * vae.config.scaling_factor),
                "encoded_deviation": put(encoded.std[0] * vae.config.scaling_factor),
                "decoded": self.file.picture(
                    vae.decode(self.noise / vae.config.scaling_factor).sample
                ),
            }
        )

    def networks(self):
        n, x, t = self.n, self.noise, TIMESTEP
        cat = torch.cat
        for model, encoder, unet in [
            ("sd15", n.text, n.unet),
            ("sd21-v", n.text_sd2, n.unet_v),
            ("sd-turbo", n.text_sd2, n.unet_turbo),
        ]:
            text = self.embed(model, encoder, PROMPT)
            self.network(model, text, self.ids(model, PROMPT), unet(x, t, text).sample, n.vae)
        text, ids = self.embed("sd15", n.text, PROMPT), self.ids("sd15", PROMPT)

        extra = cat([self.mask_of_latents(), self.masked_latents()], 1)
        call = n.inpaint(cat([x, extra], 1), t, text).sample
        self.network("sd15-inpaint", text, ids, call, n.vae, extra=extra)

        w = torch.tensor([LCM_CFG - 1])
        from diffusers import LatentConsistencyModelPipeline as Lcm

        guidance = Lcm.get_guidance_scale_embedding(None, w, embedding_dim=256)
        call = n.lcm(x, t, text, timestep_cond=guidance).sample
        self.network("lcm", text, ids, call, n.vae, cfg=LCM_CFG)

        image = self.picture / 2 + 0.5
        down, mid = n.control(x, t, text, image, return_dict=False)
        call = n.unet(
            x,
            t,
            text,
            down_block_additional_residuals=down,
            mid_block_additional_residual=mid,
        ).sample
        residuals = [self.file.floats(each[0]) for each in (*down, mid)]
        self.network("sd15-control", text, ids, call, n.vae, residuals=residuals)

        for model, sizes in [
            ("sdxl", [HEIGHT, WIDTH, 0, 0, HEIGHT, WIDTH]),
            ("sdxl-refiner", [HEIGHT, WIDTH, 0, 0, 6.0]),
        ]:
            refines = model == "sdxl-refiner"
            text, pooled = self.embed_xl(PROMPT, first=not refines)
            both = [] if refines else self.ids("sdxl", PROMPT)
            ids = [*both, *self.ids("sdxl", PROMPT, "tokenizer_2")]
            call = self.xl(refines)(x, t, text, pooled, sizes)
            more = {}
            if not refines:
                other = [384, 512, 16, 8, HEIGHT, WIDTH]
                more = {"unet_sized": self.xl(False)(x, t, text, pooled, other), "sizes": other}
            self.network(model, text, ids, call, n.vae_xl, pooled, **more)

    def xl(self, refines):
        unet = self.n.unet_refiner if refines else self.n.unet_xl

        def call(x, t, text, pooled, sizes):
            added = {"text_embeds": pooled, "time_ids": torch.tensor([sizes], dtype=torch.float32)}
            return unet(x, t, text, added_cond_kwargs=added).sample

        return call

    def mask(self):
        """White, redrawn, on the right."""
        mask = torch.zeros(1, 1, HEIGHT, WIDTH)
        mask[..., MASK_FROM:] = 1
        return mask

    def mask_of_latents(self):
        return torch.nn.functional.interpolate(self.mask(), size=(HEIGHT // 8, WIDTH // 8))

    def masked_latents(self):
        vae = self.n.vae
        return vae.encode(self.picture * (1 - self.mask())).latent_dist.mean * (
            vae.config.scaling_factor
        )

    def texts(self):
        """SDXL with an embedding, pooled where the text ends: the highest id is one of the embedding's."""
        n, prompt = self.n, "a sparkle cat"
        vectors = load_file(f"{self.models}/embedding-sdxl/sparkle.safetensors")
        states, pooled = [], None
        for text, key, name, pad in [
            (n.text_xl, "clip_l", "tokenizer", None),
            (n.text_xl_2, "clip_g", "tokenizer_2", 0),
        ]:
            plain = self.ref.tokenizer("sdxl", name)
            before, after = (plain(w, add_special_tokens=False)["input_ids"] for w in ("a", "cat"))
            new = [len(plain), len(plain) + 1]
            ids = [plain.bos_token_id, *before, *new, *after, plain.eos_token_id]
            end = len(ids) - 1
            ids += [plain.eos_token_id if pad is None else pad] * (77 - len(ids))
            embedding = text.get_input_embeddings()
            weights = torch.cat([embedding.weight, vectors[key]])
            text.set_input_embeddings(torch.nn.Embedding.from_pretrained(weights))
            found = text(torch.tensor([ids]), output_hidden_states=True)
            text.set_input_embeddings(embedding)
            states.append(found.hidden_states[-2])
            if key == "clip_g":
                pooled = text.text_projection(found.last_hidden_state[:, end])
        self.file.texts.append(
            {
                "model": "sdxl",
                "prompt": prompt,
                "embedding": {"name": "embedding-sdxl", "token": "sparkle"},
                "text": self.file.floats(torch.cat(states, -1)[0]),
                "pooled": self.file.floats(pooled[0]),
            }
        )

    # Whole runs.

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
                    results.append(latents(pipe, {**RUN, "steps": 4}))
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

    def beside(self):
        """Models that see pictures; 0 to 1 but for the faces."""
        put, add = self.file.floats, self.file.companions.append
        small = self.picture[..., :12, :16] / 2 + 0.5
        enlarged = self.companions["upscaler-x4"](small)
        add({"model": "upscaler-x4", "input": put(small[0]), "output": put(enlarged[0])})
        face = torch.nn.functional.interpolate(self.picture, size=(64, 64), mode="bilinear")
        restored = self.companions["face-restorer"](face)
        add({"model": "face-restorer", "input": put(face[0]), "output": put(restored[0])})
        with torch.no_grad():
            seen = decoded_preview(self.n.taesd, self.noise)
        add({"model": "sd15-taesd", "input": put(self.noise[0]), "output": put(seen[0])})

    def write(self, folder):
        # The mask of inpainting is white from this column on.
        self.file.inputs = {"picture": self.file.bytes(self.bytes), "mask_from": MASK_FROM}
        with torch.no_grad():
            self.networks()
            self.texts()
            self.runs()
            self.beside()
        self.file.write(folder, ABOUT)


RUN = {"prompt": PROMPT, "negative": NEGATIVE, "cfg": 5.0}
