import * as z from 'zod/mini'

/** Pipelines of the family sd1 by the class names that exporters write. */
export const ModelIndex = z.object({
  _class_name: z.enum([
    'StableDiffusionPipeline',
    'OnnxStableDiffusionPipeline',
    'ORTStableDiffusionPipeline',
  ]),
})

export const TextEncoderConfig = z.object({
  hidden_size: z.int().check(z.gte(1), z.lte(16_384)),
})

export const UnetConfig = z.object({
  /** 9 and 8 channels are inpainting and editing models, which text-to-image cannot drive. */
  in_channels: z.literal(4),
})

export const VaeConfig = z.object({
  /** Stable Diffusion 1's factor where the exporter left it out. */
  scaling_factor: z._default(z.number().check(z.gt(0)), 0.18215),
  latent_channels: z._default(z.literal(4), 4),
  /** Four blocks halve three times: 8 pixels per latent. */
  block_out_channels: z._default(z.array(z.int()).check(z.length(4)), [128, 256, 512, 512]),
})
