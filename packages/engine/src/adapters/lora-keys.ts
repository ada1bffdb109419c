import { modulePath } from './module-path.ts'

/** The networks of a checkpoint that adapters change. */
export const PARTS = ['unet', 'textEncoder', 'textEncoder2'] as const
export type Part = (typeof PARTS)[number]

/** What a tensor of an adapter file is to its module. */
export type LoraRole =
  | 'up'
  | 'down'
  | 'mid'
  | 'alpha'
  | 'diff'
  | 'hada_w1_a'
  | 'hada_w1_b'
  | 'hada_w2_a'
  | 'hada_w2_b'
  | 'hada_t1'
  | 'hada_t2'
  | 'lokr_w1'
  | 'lokr_w1_a'
  | 'lokr_w1_b'
  | 'lokr_w2'
  | 'lokr_w2_a'
  | 'lokr_w2_b'
  | 'lokr_t2'

export interface LoraKey {
  readonly part: Part
  /** See modulePath. */
  readonly path: string
  /** False for Stability's names, which a file may have beside those of diffusers for the same modules. */
  readonly isDiffusers: boolean
  readonly role: LoraRole
}

/** A tensor of a method that cannot be added to weights as they are. */
export interface UnsupportedKey {
  readonly method: 'DoRA' | 'OFT' | 'IA3' | 'GLoRA'
}

const UNSUPPORTED: readonly (readonly [RegExp, UnsupportedKey['method']])[] = [
  [/\.dora_scale$|lora_magnitude_vector/, 'DoRA'],
  [/\.oft_(?:blocks|diag|R)(?:\.|$)/, 'OFT'],
  [/\.on_input$/, 'IA3'],
  [/\.[ab][12]\.weight$/, 'GLoRA'],
]

/** How the end of a key says the role: kohya, LyCORIS, diffusers old and new, PEFT. */
const ROLES: readonly RegExp[] = [
  /[._]lora(?:_linear_layer)?\.(up|down)\.weight$/,
  /\.lora_(up|down|mid|A|B)(?:\.[\w-]+)?\.weight$/,
  /\.(hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2)|diff)$/,
  /(?:[._]lora(?:_linear_layer)?)?\.(alpha)$/,
]

const PREFIXES: readonly (readonly [RegExp, Part])[] = [
  [/^(?:lora|lycoris)_te2_/, 'textEncoder2'],
  [/^(?:lora|lycoris)_te1?_/, 'textEncoder'],
  [/^(?:lora_unet|lycoris_unet|lycoris)_/, 'unet'],
  [/^text_encoder_2\.|^text_encoders\.clip_g\./, 'textEncoder2'],
  [/^text_encoder\.|^text_encoders\.clip_l\./, 'textEncoder'],
  [/^unet\.|^(?:model\.)?diffusion_model\./, 'unet'],
]

/**
 * What a key of an adapter file means; undefined where it is none that is known. Formats: kohya and LyCORIS
 * (`lora_unet_..., lora_te1_...`), diffusers with PEFT (`unet....lora_A.weight`) and before
 * (`....processor.to_q_lora.up.weight`).
 */
export function parseLoraKey(key: string): LoraKey | UnsupportedKey | undefined {
  const unsupported = UNSUPPORTED.find(([pattern]) => pattern.test(key))
  if (unsupported !== undefined) return { method: unsupported[1] }
  const found = ROLES.map((pattern) => pattern.exec(key)).find((match) => match !== null)
  const word = found?.[1]
  if (found === undefined || word === undefined) return undefined
  const { part, module } = splitPart(key.slice(0, found.index).replace(/^base_model\.model\./, ''))
  const name = fromAttentionProcessor(module, part)
  return { part, path: modulePath(name), isDiffusers: !isLdm(name), role: roleOf(word) }
}

const roleOf = (word: string): LoraRole => {
  if (word === 'A') return 'down'
  return word === 'B' ? 'up' : (word as LoraRole)
}

function splitPart(stem: string): { part: Part; module: string } {
  for (const [prefix, part] of PREFIXES) {
    if (prefix.test(stem)) return { part, module: stem.replace(prefix, '') }
  }
  return { part: stem.includes('encoder.layers') ? 'textEncoder' : 'unet', module: stem }
}

/** `attn1.processor.to_out` of early diffusers is `attn1.to_out.0`, in a text encoder `out_proj`. */
function fromAttentionProcessor(module: string, part: Part): string {
  const name = module.replace('.processor.', '.')
  if (part === 'unet') return name.replace(/\.to_out$/, '.to_out.0')
  return name.replace(/\.to_([qkv]|out)$/, '.$1_proj')
}

const isLdm = (name: string): boolean =>
  /(?:input_blocks|middle_block|output_blocks)[._]/.test(name)
