"""One call of every network, in PyTorch."""

import torch
from diffusers import LatentConsistencyModelPipeline
from safetensors.torch import load_file

from tinymodels.golden_bench import LCM_CFG, PROMPT, GoldenBench
from tinymodels.networks import decoded_preview
from tinymodels.reference import HEIGHT, WIDTH

TIMESTEP = 500


class NetworkGoldens(GoldenBench):
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
        guidance = LatentConsistencyModelPipeline.get_guidance_scale_embedding(None, w, embedding_dim=256)
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
