import * as z from 'zod/mini'

/** What a manifest needs of the configs; the engine checks the rest when it opens the model. */
const Text = z.string().check(z.maxLength(200))
const Component = z.nullable(z.array(z.nullable(Text)).check(z.maxLength(4)))

export const ModelIndex = z.object({
  _class_name: z._default(Text, ''),
  text_encoder: z.optional(Component),
  text_encoder_2: z.optional(Component),
  requires_aesthetics_score: z._default(z.nullable(z.boolean()), false),
})
export type ModelIndex = z.infer<typeof ModelIndex>

export const UnetConfig = z.object({
  in_channels: z.optional(z.int()),
  sample_size: z.nullish(z.union([z.int(), z.array(z.int()).check(z.maxLength(2))])),
  cross_attention_dim: z.nullish(z.union([z.int(), z.array(z.int()).check(z.maxLength(16))])),
  block_out_channels: z.nullish(z.array(z.int()).check(z.maxLength(16))),
  time_cond_proj_dim: z.nullish(z.int()),
})
export type UnetConfig = z.infer<typeof UnetConfig>

export const TextEncoderConfig = z.object({
  hidden_size: z.optional(z.int()),
  hidden_act: z.optional(Text),
})
export type TextEncoderConfig = z.infer<typeof TextEncoderConfig>

export const SchedulerConfig = z.object({
  _class_name: z._default(Text, ''),
  prediction_type: z._default(z.nullable(Text), 'epsilon'),
  timestep_spacing: z._default(z.nullable(Text), 'leading'),
  rescale_betas_zero_snr: z._default(z.nullable(z.boolean()), false),
})
export type SchedulerConfig = z.infer<typeof SchedulerConfig>
