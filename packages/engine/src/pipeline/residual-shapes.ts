import { ReverieError } from '@reverie/core'
import type { TensorSpec } from '../runtime/ort-backend.ts'
import type { LatentSize } from './geometry.ts'

/** Features between the blocks of a UNet, which a ControlNet adds to. */
export interface ResidualShape {
  readonly channels: number
  /** How often the latents' sides were halved before it. */
  readonly halvings: number
}

/** The parts of a UNet's config that shape its residuals. */
export interface BlockConfig {
  readonly block_out_channels: readonly number[]
  readonly layers_per_block: number | readonly number[]
}

/**
 * In the order in which diffusers' UNet collects them: the first convolution, each down block's layers and its
 * downsampler, and last the middle block. Twelve and one for Stable Diffusion 1.
 */
export function residualShapes({ block_out_channels: blocks, ...config }: BlockConfig) {
  const layersOf = (block: number) =>
    typeof config.layers_per_block === 'number'
      ? config.layers_per_block
      : (config.layers_per_block[block] ?? 1)
  const shapes: ResidualShape[] = [{ channels: blocks[0] ?? 0, halvings: 0 }]
  blocks.forEach((channels, block) => {
    for (let layer = 0; layer < layersOf(block); layer++) {
      shapes.push({ channels, halvings: block })
    }
    const isLast = block === blocks.length - 1
    shapes.push({ channels, halvings: isLast ? block : block + 1 })
  })
  return shapes
}

export const residualDims = (
  { channels, halvings }: ResidualShape,
  size: LatentSize,
  rows: number,
): readonly number[] => [
  rows,
  channels,
  halved(size.height, halvings),
  halved(size.width, halvings),
]

/** A downsampler rounds an odd side up. */
const halved = (side: number, times: number): number => Math.ceil(side / 2 ** times)

const DOWN = /^down_?block/i
const MIDDLE = /^mid_?block/i

/**
 * A graph's residuals among its tensors: the down blocks' by their numbers, the middle block's last. Exports call them
 * `down_block_res_samples_0`, `down_block_additional_residual_0` and so on; none is an empty list.
 * @throws ReverieError `model_invalid` when there are others than `shapes`
 */
export function findResiduals(
  part: string,
  specs: readonly TensorSpec[],
  shapes: readonly ResidualShape[],
): readonly TensorSpec[] {
  const down = specs.filter(({ name }) => DOWN.test(name))
  const found = [
    ...down.toSorted((a, b) => numberIn(a.name) - numberIn(b.name)),
    ...specs.filter(({ name }) => MIDDLE.test(name)),
  ]
  if (found.length === 0) return found
  const wrong = found.find(({ shape: [, channels] }, i) => {
    return typeof channels === 'number' && channels !== shapes[i]?.channels
  })
  if (found.length === shapes.length && wrong === undefined) return found
  throw new ReverieError(
    'model_invalid',
    `${part} has ${found.length} residual tensors (${found.map(({ name }) => name).join(', ')}); its config.json makes ${shapes.length}, with ${shapes.map(({ channels }) => channels).join(', ')} channels. Export the graph again from the model of this config`,
    { file: part },
  )
}

/** The last number in a name, 0 without one. */
const numberIn = (name: string): number => Number(/(\d+)\D*$/.exec(name)?.[1] ?? 0)
