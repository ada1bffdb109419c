import * as z from 'zod/mini'

/** `["diffusers", "UNet2DConditionModel"]`, or two nulls for a part that is left out. */
const Component = z.tuple([z.nullable(z.string()), z.nullable(z.string())])

export const ModelIndex = z.object({
  _class_name: z.string().check(z.maxLength(200)),
  text_encoder: z.optional(Component),
  text_encoder_2: z.optional(Component),
  requires_aesthetics_score: z._default(z.boolean(), false),
})
export type ModelIndex = z.infer<typeof ModelIndex>

const Width = z.int().check(z.gte(1), z.lte(16_384))
const Blocks = z.array(Width).check(z.minLength(1), z.maxLength(16))
const Layers = z.int().check(z.gte(1), z.lte(64))

export const TextEncoderConfig = z.object({
  hidden_size: z.optional(Width),
  projection_dim: z.optional(Width),
  /** CLIP-L's is "quick_gelu", OpenCLIP's "gelu". */
  hidden_act: z._default(z.string().check(z.maxLength(100)), 'quick_gelu'),
})
export type TextEncoderConfig = z.infer<typeof TextEncoderConfig>

/** What is absent has diffusers' default. */
const BlockConfig = z.object({
  block_out_channels: z._default(Blocks, [320, 640, 1280, 1280]),
  layers_per_block: z._default(z.union([Layers, z.array(Layers).check(z.maxLength(16))]), 2),
})

export const UnetConfig = z.extend(BlockConfig, {
  /** 9 is an inpainting model; 8 and others are editing models, which the engine cannot drive. */
  in_channels: z._default(z.union([z.literal(4), z.literal(9)]), 4),
  /** Values per token of the text. */
  cross_attention_dim: z.optional(z.union([Width, z.array(Width).check(z.maxLength(16))])),
})
export type UnetConfig = z.infer<typeof UnetConfig>

export const ControlNetConfig = BlockConfig

export const VaeConfig = z.object({
  scaling_factor: z.nullish(z.number().check(z.gt(0))),
  shift_factor: z.nullish(z.number()),
  latent_channels: z._default(z.literal(4), 4),
  /** Four blocks halve three times: 8 pixels per latent. */
  block_out_channels: z._default(z.array(z.int()).check(z.length(4)), [128, 256, 512, 512]),
})
export type VaeConfig = z.infer<typeof VaeConfig>

/** What made a TAESD export; its author's own come without a config. */
export const TinyDecoderConfig = z.object({
  _class_name: z.optional(z.string().check(z.maxLength(200))),
})
