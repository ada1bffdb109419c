import { createWriteStream } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ReverieError } from '@reverie/core'
import { createRandomBlock } from './random-block.ts'
import { tinyModelFolder } from './tiny-models.ts'

export interface FullSizeOptions {
  /** Bytes written so far and in all, after every 64 MB or so. */
  readonly onProgress?: (done: number, of: number) => void
  /** Aborting stops; what was finished stays and is used next time. */
  readonly signal?: AbortSignal
}

const PARTS = ['text_encoder', 'unet', 'vae_decoder'] as const
const CONFIGS = ['model_index.json', 'scheduler', ...PARTS.map((part) => `${part}/config.json`)]
const source = fileURLToPath(new URL('../full-size', import.meta.url))

/** Free space that is left alone. */
const SPARE_BYTES = 1024 ** 3

/**
 * Makes a Stable Diffusion 1.5 of full size (860 M parameters in its UNet) with random weights in `folder`: about 4.1 GB.
 * It costs what the real one costs and draws nothing. Parts that are there already are kept.
 * @throws ReverieError `disk_full`; the signal's reason
 */
export async function makeFullSizeModel(
  folder: string,
  { onProgress = () => {}, signal }: FullSizeOptions = {},
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const sizes: Record<(typeof PARTS)[number], number> = JSON.parse(
    await readFile(join(source, 'weights.json'), 'utf8'),
  )
  const missing: (typeof PARTS)[number][] = []
  for (const part of PARTS) {
    if (!(await hasSize(join(folder, part, 'weights.bin'), sizes[part]))) missing.push(part)
  }
  const needed = missing.reduce((sum, part) => sum + sizes[part], 0)
  await requireSpace(folder, needed)

  for (const path of CONFIGS) {
    await cp(join(source, path), join(folder, path), { recursive: true })
  }
  // Any tokenizer of CLIP's kind will do: its ids need only lie below the text encoder's 49,408.
  await cp(join(tinyModelFolder('sd15'), 'tokenizer'), join(folder, 'tokenizer'), {
    recursive: true,
  })
  let done = 0
  for (const part of PARTS) {
    await unpackGraph(join(source, part, 'model.onnx.gz'), join(folder, part, 'model.onnx'))
    if (!missing.includes(part)) continue
    await writeWeights(join(folder, part, 'weights.bin'), sizes[part], signal, (bytes) => {
      done += bytes
      onProgress(done, needed)
    })
  }
}

const hasSize = (path: string, size: number): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.size === size,
    () => false,
  )

async function requireSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (needed === 0 || bavail * bsize >= needed + SPARE_BYTES) return
  throw new ReverieError(
    'disk_full',
    `The full-size model needs ${needed} bytes in ${folder}, and ${SPARE_BYTES} beside them; ${bavail * bsize} are free. Name a folder on a larger disk.`,
  )
}

async function unpackGraph(from: string, to: string): Promise<void> {
  const graph = await promisify(gunzip)(await readFile(from))
  await writeWhole(to, async function* () {
    yield graph
  })
}

async function writeWeights(
  path: string,
  size: number,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const block = createRandomBlock()
  await writeWhole(path, async function* () {
    for (let at = 0; at < size; at += block.byteLength) {
      signal?.throwIfAborted()
      const bytes = Math.min(block.byteLength, size - at)
      yield block.subarray(0, bytes)
      onBytes(bytes)
    }
  })
}

/** A file is there whole or not at all. */
async function writeWhole(path: string, chunks: () => AsyncGenerator<Uint8Array>): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  try {
    await pipeline(chunks, createWriteStream(partial))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
