import { type FileHandle, open } from 'node:fs/promises'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { decodeFloats, type FloatFormat } from '../graph/float-values.ts'

/** A tensor of a safetensors file. */
export interface StoredTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** As the file names it, e.g. "F16". */
  readonly dtype: string
}

/** An open safetensors file: its values are read when they are asked for. */
export interface Safetensors {
  readonly file: string
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** Free text of the trainer. */
  readonly metadata: Readonly<Record<string, string>>
  /** Row-major. @throws ReverieError `model_invalid` for an unknown name, or a type that is no float */
  read(name: string): Promise<Float32Array>
  close(): Promise<void>
}

/** A LoRA of SDXL has 5,000 tensors and a header of 0.7 MB. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024
const MAX_TENSORS = 100_000
const LENGTH_BYTES = 8

/** Bytes of a value, by the format's names of types. */
const BYTES_OF: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
}

const FORMAT_OF: Readonly<Record<string, FloatFormat>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
}

const Size = z.int().check(z.gte(0))
const HeaderTensor = z.object({
  dtype: z.string().check(z.maxLength(16)),
  shape: z.array(Size).check(z.maxLength(8)),
  data_offsets: z.tuple([Size, Size]),
})
type HeaderTensor = z.infer<typeof HeaderTensor>
const Metadata = z.record(z.string(), z.string())
const Header = z.record(z.string(), z.unknown())

/**
 * Opens a file of the safetensors format (github.com/huggingface/safetensors): header checked, values left on disk.
 * @throws ReverieError `model_file_missing`, `model_invalid`, also for a pickle file
 */
export async function openSafetensors(file: string): Promise<Safetensors> {
  refusePickle(file)
  const handle = await open(file).catch((cause: unknown) => {
    throw new ReverieError(
      'model_file_missing',
      `${file} cannot be read: ${(cause as Error).message}; install the model again`,
      { file },
      { cause },
    )
  })
  try {
    const { size } = await handle.stat()
    const { header, start } = await readHeader(handle, file, size)
    const { tensors, metadata } = parseHeader(header, file, size - start)
    return {
      file,
      tensors: new Map(
        [...tensors].map(([name, { shape, dtype }]) => [name, { name, shape, dtype }]),
      ),
      metadata,
      async read(name) {
        const tensor = tensors.get(name)
        const format = FORMAT_OF[tensor?.dtype ?? '']
        if (tensor === undefined || format === undefined) {
          throw invalid(
            file,
            `tensor ${name} is ${tensor?.dtype ?? 'missing'}, not F32, F16, BF16 or F64`,
          )
        }
        const [from, to] = tensor.data_offsets
        const bytes = await readRange(handle, file, start + from, to - from)
        return decodeFloats(bytes, format)
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function refusePickle(file: string): void {
  if (!/\.(?:pt|ckpt|pth|bin|pkl)$/i.test(file)) return
  throw new ReverieError(
    'model_invalid',
    `${file} is a Python pickle, which can run any code when it is read; convert it to .safetensors (most web interfaces and trainers can) and use that`,
    { file, accepted: '.safetensors' },
  )
}

async function readHeader(
  handle: FileHandle,
  file: string,
  size: number,
): Promise<{ header: unknown; start: number }> {
  if (size < LENGTH_BYTES + 2) throw invalid(file, `${size} bytes are no header`)
  const length = Number((await readRange(handle, file, 0, LENGTH_BYTES)).readBigUInt64LE())
  if (length > MAX_HEADER_BYTES || length > size - LENGTH_BYTES) {
    throw invalid(
      file,
      `its header would have ${length} bytes; the file has ${size} and a header at most ${MAX_HEADER_BYTES}`,
    )
  }
  const text = await readRange(handle, file, LENGTH_BYTES, length)
  try {
    return { header: JSON.parse(text.toString('utf8')), start: LENGTH_BYTES + length }
  } catch (cause) {
    throw invalid(file, `its header is not JSON: ${(cause as Error).message}`, cause)
  }
}

function parseHeader(
  header: unknown,
  file: string,
  dataBytes: number,
): { tensors: Map<string, HeaderTensor>; metadata: Record<string, string> } {
  const parsed = z.safeParse(Header, header)
  if (!parsed.success) throw invalid(file, 'its header is not an object')
  const { __metadata__: about, ...entries } = parsed.data
  const metadata = z.safeParse(Metadata, about)
  const tensors = new Map<string, HeaderTensor>()
  for (const [name, entry] of Object.entries(entries)) {
    const tensor = z.safeParse(HeaderTensor, entry)
    if (!tensor.success)
      throw invalid(file, `tensor ${name.slice(0, 100)} is not described as it should be`)
    tensors.set(name, tensor.data)
  }
  if (tensors.size > MAX_TENSORS)
    throw invalid(file, `${tensors.size} tensors; at most ${MAX_TENSORS}`)
  checkRanges(tensors, file, dataBytes)
  return { tensors, metadata: metadata.success ? metadata.data : {} }
}

function checkRanges(
  tensors: ReadonlyMap<string, HeaderTensor>,
  file: string,
  dataBytes: number,
): void {
  let end = 0
  const ordered = [...tensors].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])
  for (const [name, { dtype, shape, data_offsets }] of ordered) {
    const [from, to] = data_offsets
    const width = BYTES_OF[dtype]
    const needed = width === undefined ? to - from : shape.reduce((all, each) => all * each, width)
    if (from < end || to < from || to > dataBytes || to - from !== needed) {
      throw invalid(
        file,
        `tensor ${name.slice(0, 100)} (${dtype}, [${shape}]) is said to be at ${from} to ${to} of ${dataBytes} bytes, which overlaps, ends early or does not fit its shape`,
      )
    }
    end = to
  }
}

async function readRange(
  handle: FileHandle,
  file: string,
  position: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw invalid(file, `it ends at byte ${position + done}`)
    done += bytesRead
  }
  return bytes
}

const invalid = (file: string, what: string, cause?: unknown): ReverieError =>
  new ReverieError(
    'model_invalid',
    `${file} is not a usable safetensors file: ${what}; get it again`,
    { file },
    { cause },
  )
