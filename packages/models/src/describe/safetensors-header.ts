import { open } from 'node:fs/promises'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

const Tensor = z.object({
  dtype: z.string().check(z.maxLength(16)),
  shape: z.array(z.int().check(z.gte(0))).check(z.maxLength(8)),
})
const Header = z.record(z.string().check(z.maxLength(500)), z.unknown())
const Metadata = z.record(z.string(), z.string())

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, z.infer<typeof Tensor>>
  readonly metadata: Readonly<Record<string, string>>
}

const LENGTH_BYTES = 8
/** A LoRA of SDXL has 5,000 tensors and a header of 0.7 MB. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024

/**
 * Reads what a safetensors file says about its tensors (github.com/huggingface/safetensors).
 * @throws ReverieError `model_invalid`
 */
export async function readSafetensorsHeader(
  path: string,
  shown: string,
): Promise<SafetensorsHeader> {
  const invalid = (what: string, cause?: unknown) =>
    new ReverieError(
      'model_invalid',
      `${shown} is not a safetensors file (${what}); get it again`,
      { file: shown },
      { cause },
    )
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(LENGTH_BYTES)
    await file.read(head, 0, LENGTH_BYTES, 0)
    const length = Number(head.readBigUInt64LE())
    if (length === 0 || length > MAX_HEADER_BYTES || length + LENGTH_BYTES > size) {
      throw invalid(`a header of ${length} bytes in a file of ${size}`)
    }
    const text = Buffer.alloc(length)
    await file.read(text, 0, length, LENGTH_BYTES)
    const { __metadata__: said, ...entries } = parseHeader(text, invalid)
    const tensors = Object.entries(entries).map(([name, value]) => {
      const parsed = z.safeParse(Tensor, value)
      if (!parsed.success) throw invalid(`tensor ${name.slice(0, 100)}`)
      return [name, parsed.data] as const
    })
    const metadata = z.safeParse(Metadata, said ?? {})
    return { tensors: new Map(tensors), metadata: metadata.success ? metadata.data : {} }
  } finally {
    await file.close()
  }
}

function parseHeader(
  text: Buffer,
  invalid: (what: string, cause?: unknown) => ReverieError,
): Record<string, unknown> {
  try {
    return z.parse(Header, JSON.parse(text.toString('utf8')))
  } catch (cause) {
    throw invalid('its header is not JSON', cause)
  }
}
