import { ReverieError } from '@reverie/core'
import type { Matrix } from './matrix.ts'
import { openSafetensors, type StoredTensor } from './safetensors.ts'

/** The vectors of a textual inversion, [vectors, width]. */
export type EmbeddingVectors =
  /** For a model with one text encoder. */
  | { readonly kind: 'single'; readonly vectors: Matrix }
  /** For SDXL's two; the refiner has the second only. */
  | { readonly kind: 'pair'; readonly first: Matrix; readonly second: Matrix }

/** As many tokens as a prompt's chunk holds. */
const MAX_VECTORS = 75

/** CLIP's token embedding is 768 to 1280 wide. */
const MAX_WIDTH = 16_384

/**
 * Reads a textual inversion: `emb_params` (A1111), `clip_l` and `clip_g` (SDXL), or a single tensor (diffusers).
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export async function readEmbedding(file: string): Promise<EmbeddingVectors> {
  const stored = await openSafetensors(file)
  try {
    const { tensors } = stored
    const first = tensors.get('clip_l')
    const second = tensors.get('clip_g')
    if (first !== undefined && second !== undefined) {
      return { kind: 'pair', first: await vectorsOf(first), second: await vectorsOf(second) }
    }
    const [only] = tensors.values()
    const single = tensors.get('emb_params') ?? first ?? (tensors.size === 1 ? only : undefined)
    if (single !== undefined) return { kind: 'single', vectors: await vectorsOf(single) }
    throw invalid(file, `its tensors are ${[...tensors.keys()].slice(0, 5).join(', ') || 'none'}`)
  } finally {
    await stored.close()
  }

  async function vectorsOf({ name, shape }: StoredTensor): Promise<Matrix> {
    const [rows = 0, columns = 0, ...more] = shape.length === 1 ? [1, ...shape] : shape
    const fits = rows > 0 && rows <= MAX_VECTORS && columns > 0 && columns <= MAX_WIDTH
    if (!fits || more.length > 0) {
      throw invalid(file, `tensor ${name} is [${shape}], not 1 to ${MAX_VECTORS} vectors`)
    }
    const values = await stored.read(name)
    if (!values.every(Number.isFinite)) throw invalid(file, `tensor ${name} is not finite`)
    return { rows, columns, values }
  }
}

const invalid = (file: string, what: string): ReverieError =>
  new ReverieError(
    'model_invalid',
    `${file} is not a textual inversion that can be read (${what}); it should have emb_params, or clip_l and clip_g`,
    { file, accepted: 'emb_params, clip_l and clip_g, or a single tensor of vectors' },
  )
