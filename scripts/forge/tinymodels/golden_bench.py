"""What every reference vector of the tiny models is made with: inputs, texts, and the file they go to."""

import torch

from tinymodels.golden_file import GoldenFile
from tinymodels.loops import Loop
from tinymodels.reference import HEIGHT, WIDTH, Reference, generator

PROMPT, NEGATIVE = "red apple, a cat", "blurry"
LCM_CFG = 8.0
MASK_FROM = 40  # the mask of inpainting is white from this column on


class GoldenBench:
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
