import * as z from 'zod/mini'

/** The parts of diffusers' scheduler_config.json that decide numbers here; what is absent has diffusers' default. */
export const SchedulerConfig = z.object({
  num_train_timesteps: z._default(z.int().check(z.gte(1), z.lte(10_000)), 1000),
  beta_start: z._default(z.number().check(z.gt(0), z.lt(1)), 0.00085),
  beta_end: z._default(z.number().check(z.gt(0), z.lt(1)), 0.012),
  beta_schedule: z._default(z.enum(['linear', 'scaled_linear']), 'scaled_linear'),
  trained_betas: z.optional(z.null()),
  rescale_betas_zero_snr: z.optional(z.literal(false)),
  prediction_type: z._default(z.enum(['epsilon', 'v_prediction']), 'epsilon'),
  timestep_spacing: z._default(z.enum(['leading', 'trailing', 'linspace']), 'leading'),
  steps_offset: z._default(z.int().check(z.gte(0), z.lte(1000)), 0),
  set_alpha_to_one: z._default(z.boolean(), true),
  clip_sample: z.optional(z.boolean()),
  thresholding: z.optional(z.literal(false)),
})
export type SchedulerConfig = z.infer<typeof SchedulerConfig>
