import { RENDER_LIMITS } from '@reverie/core'
import * as z from 'zod/mini'

const Fraction = z.number().check(z.gt(0), z.lt(1))
const MAX_TIMESTEPS = 10_000
/** A run may have one level more than it has steps, and each must be its own. */
const MIN_TIMESTEPS = RENDER_LIMITS.steps.max + 2

/**
 * A switch whose effect is not implemented: on, it would change every picture, so it is refused. On latents, clamping the
 * estimate to -1..1 spoils the picture; no model for this engine is meant to have it.
 */
const off = () => z.optional(z.union([z.literal(false), z.null()]))

const Settings = z.object({
  _class_name: z.optional(z.string()),
  num_train_timesteps: z._default(z.int().check(z.gte(MIN_TIMESTEPS), z.lte(MAX_TIMESTEPS)), 1000),
  beta_start: z._default(Fraction, 0.00085),
  beta_end: z._default(Fraction, 0.012),
  beta_schedule: z._default(z.enum(['linear', 'scaled_linear']), 'scaled_linear'),
  /** One beta per training timestep, in place of a schedule of betas. */
  trained_betas: z.optional(
    z.union([z.null(), z.array(Fraction).check(z.minLength(1), z.maxLength(MAX_TIMESTEPS))]),
  ),
  /** Moves the last training timestep to pure noise. */
  rescale_betas_zero_snr: z._default(z.boolean(), false),
  /** What the model's output is: the noise, the velocity, the clean latents, or a flow's slope. */
  prediction_type: z._default(z.enum(['epsilon', 'v_prediction', 'sample', 'flow']), 'epsilon'),
  timestep_spacing: z._default(z.enum(['leading', 'trailing', 'linspace']), 'leading'),
  steps_offset: z._default(z.int().check(z.gte(0), z.lte(1000)), 0),
  set_alpha_to_one: z._default(z.boolean(), true),
  /** LCM: timesteps that the model was distilled on, and what its boundary conditions multiply them by. */
  original_inference_steps: z._default(z.int().check(z.gte(1), z.lte(1000)), 50),
  timestep_scaling: z._default(z.number().check(z.gt(0), z.lte(1000)), 10),
  /** Flow models: moves the levels towards noise. */
  shift: z._default(z.number().check(z.gt(0), z.lte(100)), 1),
  use_dynamic_shifting: off(),
  invert_sigmas: off(),
  clip_sample: off(),
  thresholding: off(),
})

/**
 * The parts of diffusers' scheduler_config.json that decide numbers here; what is absent has diffusers' default. A
 * `FlowMatch...` scheduler names no prediction type: its models predict a flow.
 */
export const SchedulerConfig = z.pipe(
  Settings.check(
    z.refine(
      ({ trained_betas: betas, num_train_timesteps: count }) =>
        betas === undefined || betas === null || betas.length === count,
      { path: ['trained_betas'], error: 'one beta per training timestep' },
    ),
  ),
  z.transform((settings) =>
    settings._class_name?.startsWith('FlowMatch')
      ? { ...settings, prediction_type: 'flow' as const }
      : settings,
  ),
)
export type SchedulerConfig = z.infer<typeof SchedulerConfig>
