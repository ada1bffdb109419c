import type { ModelFamily, ModelManifest } from '@reverie/core'
import type { SchedulerConfig, UnetConfig } from './checkpoint-configs.ts'
import type { GraphFacts } from './graph-facts.ts'

/** The part of a manifest that says how a model draws. */
export type DrawSettings = Pick<ModelManifest, 'size' | 'steps' | 'defaults'>

const PIXELS_PER_LATENT = 8
const MAX_SIDE = 4096
const MIN_SIDE = 32

/** Side of the pictures that a family was trained on, where the UNet's config does not say. */
const SIDES: Readonly<Record<ModelFamily, number>> = {
  sd1: 512,
  sd2: 512,
  sdxl: 1024,
  sdxl_refiner: 1024,
}
/** Half the blocks of other families would be three. */
const BLOCKS: Readonly<Record<ModelFamily, number>> = { sd1: 4, sd2: 4, sdxl: 3, sdxl_refiner: 4 }

const ANY_STEPS = { min: 1, max: 150 } as const
const FEW_STEPS = { min: 1, max: 50 } as const

/** Sizes, steps, sampler and guidance that suit a checkpoint: by its family, and by what its scheduler says of its training. */
export function drawSettings(
  family: ModelFamily,
  {
    unet,
    scheduler,
    facts,
    name,
  }: {
    readonly unet: UnetConfig
    readonly scheduler: SchedulerConfig
    readonly facts: GraphFacts
    /** Lightning and Hyper models say their steps nowhere else. */
    readonly name: string
  },
): DrawSettings {
  const size = sizes(family, unet, scheduler, facts)
  const { steps, ...rest } = sampling(family, unet, scheduler, name)
  return {
    size: size.range,
    steps: steps.range,
    defaults: { width: size.side, height: size.side, steps: steps.usual, ...rest },
  }
}

function sizes(
  family: ModelFamily,
  unet: UnetConfig,
  scheduler: SchedulerConfig,
  facts: GraphFacts,
): { readonly side: number; readonly range: DrawSettings['size'] } {
  // Exports for DirectML and WebNN may have one size only.
  const [, , height, width] = facts.inputs.find(({ name }) => name === 'sample')?.dims ?? []
  if (height !== undefined && width !== undefined && height === width) {
    const side = height * PIXELS_PER_LATENT
    return { side, range: { min: side, max: side, step: side } }
  }
  const blocks = unet.block_out_channels?.length ?? BLOCKS[family]
  const step = PIXELS_PER_LATENT * 2 ** Math.max(0, blocks - 1)
  const { sample_size: sample } = unet
  const latents = Array.isArray(sample) ? Math.max(...sample) : sample
  const isV = scheduler.prediction_type === 'v_prediction'
  const trained = latents
    ? latents * PIXELS_PER_LATENT
    : family === 'sd2' && isV
      ? 768
      : SIDES[family]
  const side = Math.min(MAX_SIDE, Math.max(step, MIN_SIDE, Math.round(trained / step) * step))
  const min = Math.min(side, Math.max(step * 2, MIN_SIDE))
  return { side, range: { min, max: Math.min(MAX_SIDE, side * 4), step } }
}

function sampling(
  family: ModelFamily,
  unet: UnetConfig,
  scheduler: SchedulerConfig,
  name: string,
): {
  readonly steps: { readonly usual: number; readonly range: DrawSettings['steps'] }
} & Pick<DrawSettings['defaults'], 'sampler' | 'schedule' | 'cfgScale'> {
  const few = (usual: number) => ({ usual, range: FEW_STEPS })
  if (scheduler._class_name === 'LCMScheduler' || unet.time_cond_proj_dim) {
    // With the guidance embedded, its scale is one of a usual run; without, it is nearly none.
    const cfgScale = unet.time_cond_proj_dim ? 8 : 1.5
    return { steps: few(4), sampler: 'lcm', schedule: 'normal', cfgScale }
  }
  const isV = scheduler.prediction_type === 'v_prediction'
  const isTrailing = scheduler.timestep_spacing === 'trailing'
  const [, said] = /(?:^|[^\d])([1-8])[-_. ]?steps?(?:$|[^a-z])/i.exec(name) ?? []
  if (isTrailing && !isV && !scheduler.rescale_betas_zero_snr) {
    // Distilled models (Turbo, Lightning, Hyper): no guidance, and steps from the noisy end.
    const isAncestral = scheduler._class_name.includes('Ancestral')
    return {
      steps: few(Number(said ?? 4)),
      sampler: isAncestral ? 'euler_ancestral' : 'euler',
      schedule: 'sgm_uniform',
      cfgScale: 1,
    }
  }
  const usual = { usual: 25, range: ANY_STEPS }
  if (scheduler.rescale_betas_zero_snr) {
    // Karras' levels leave out the pure noise that these were trained from.
    return { steps: usual, sampler: 'euler', schedule: 'normal', cfgScale: 5 }
  }
  const cfgScale = family === 'sdxl' || family === 'sdxl_refiner' ? 6 : 7
  return { steps: usual, sampler: 'dpmpp_2m', schedule: 'karras', cfgScale }
}
