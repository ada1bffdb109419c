import { access } from 'node:fs/promises'
import type { Logger, ModelFamily } from '@reverie/core'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { GRAPH } from './graph-files.ts'
import type { LatentScaling } from './latent-scaling.ts'
import { FAMILY_SCALE } from './linear-colours.ts'
import type { VaeConfig } from './model-configs.ts'
import { graphOf, type ModelParts } from './model-parts.ts'
import type { Vae } from './pipeline.ts'
import { createVae } from './vae.ts'

/** Exports without the factor have the family's: optimum's guess from the number of blocks is wrong for all of them. */
export const latentScaling = (config: VaeConfig, family: ModelFamily): LatentScaling => ({
  scale: config.scaling_factor ?? FAMILY_SCALE[family],
  shift: config.shift_factor ?? 0,
})

interface VaeModules {
  readonly parts: ModelParts
  readonly backend: Pick<OrtBackend, 'provider'>
  readonly logger: Logger
}

/** @throws ReverieError as {@link ModelParts.open} */
export async function openVae(
  { parts, backend, logger }: VaeModules,
  folder: string,
  scaling: LatentScaling,
): Promise<Vae> {
  const decoder = graphOf(folder, 'vae_decoder')
  const encoder = graphOf(folder, 'vae_encoder')
  const isOnCpu = backend.provider === 'cpu'
  return createVae(
    { decoder: `vae_decoder/${GRAPH}`, encoder: `vae_encoder/${GRAPH}` },
    {
      decoder: await parts.open('vae_decoder', decoder),
      encoder: (await isThere(encoder)) ? await parts.open('vae_encoder', encoder) : undefined,
      openExact: isOnCpu
        ? undefined
        : () => parts.open('vae_decoder', decoder, { provider: 'cpu' }),
      onOverflow: () =>
        logger.warn('the VAE decoder overflowed; it decodes again in float32 on the CPU', {
          provider: backend.provider,
        }),
    },
    scaling,
  )
}

export const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
