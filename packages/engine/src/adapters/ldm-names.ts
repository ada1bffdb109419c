/** Resnets in each block of every Stable Diffusion UNet; its up blocks have one more. */
const LAYERS_PER_BLOCK = 2

/** Parts of a residual block: Stability's names, then those of diffusers. */
const RESNET_PARTS: readonly (readonly [string, string])[] = [
  ['in_layers_0', 'norm1'],
  ['in_layers_2', 'conv1'],
  ['emb_layers_1', 'time_emb_proj'],
  ['out_layers_0', 'norm2'],
  ['out_layers_3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
]

const SINGLE_MODULES: Readonly<Record<string, string>> = {
  input_blocks_0_0: 'conv_in',
  out_0: 'conv_norm_out',
  out_2: 'conv_out',
  time_embed_0: 'time_embedding_linear_1',
  time_embed_2: 'time_embedding_linear_2',
  label_emb_0_0: 'add_embedding_linear_1',
  label_emb_0_2: 'add_embedding_linear_2',
}

const MIDDLE = ['resnets_0', 'attentions_0', 'resnets_1'] as const

/**
 * The name in diffusers of a UNet module that is written, flattened, as in Stability's code (`input_blocks_4_1_...`):
 * adapters for SDXL are mostly trained under those names. Undefined for any other name.
 */
export function fromLdmName(flat: string): string | undefined {
  const name = flat.replace(/^(?:model_)?(?:diffusion_model_)?/, '')
  const single = Object.hasOwn(SINGLE_MODULES, name) ? SINGLE_MODULES[name] : undefined
  const match =
    /^(?:(input_blocks|output_blocks)_(\d{1,2})_(\d)|(middle_block)_(\d))(?:_(.+))?$/.exec(name)
  if (single !== undefined) return single
  if (match === null) return undefined
  const [, side, block, part, , middle, rest = ''] = match
  if (middle !== undefined) {
    const place = MIDDLE[Number(middle)]
    return place && `mid_block_${place}_${inDiffusers(place, rest)}`
  }
  const position = Number(block)
  if (side === 'input_blocks') return downPath(position - 1, Number(part), rest)
  return upPath(position, Number(part), rest)
}

function downPath(position: number, part: number, rest: string): string | undefined {
  if (position < 0) return undefined
  const block = Math.floor(position / (LAYERS_PER_BLOCK + 1))
  if (rest === 'op') return `down_blocks_${block}_downsamplers_0_conv`
  const place = `${part === 0 ? 'resnets' : 'attentions'}_${position % (LAYERS_PER_BLOCK + 1)}`
  return `down_blocks_${block}_${place}_${inDiffusers(place, rest)}`
}

function upPath(position: number, part: number, rest: string): string {
  const block = Math.floor(position / (LAYERS_PER_BLOCK + 1))
  // It comes after the attention, where there is one.
  if (rest === 'conv') return `up_blocks_${block}_upsamplers_0_conv`
  const place = `${part === 0 ? 'resnets' : 'attentions'}_${position % (LAYERS_PER_BLOCK + 1)}`
  return `up_blocks_${block}_${place}_${inDiffusers(place, rest)}`
}

const inDiffusers = (place: string, rest: string): string =>
  place.startsWith('resnets') ? (RESNET_PARTS.find(([name]) => name === rest)?.[1] ?? rest) : rest
