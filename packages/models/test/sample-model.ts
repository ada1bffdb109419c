import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ManifestFields } from '../src/index.ts'

const FIELDS: ManifestFields = {
  name: 'sample',
  title: 'A sample',
  family: 'sd1',
  precision: 'fp32',
  licence: 'Apache-2.0',
  size: { min: 64, max: 512, step: 64 },
  steps: { min: 1, max: 100 },
  defaults: {
    width: 512,
    height: 512,
    steps: 20,
    sampler: 'euler',
    schedule: 'normal',
    cfgScale: 7.5,
  },
  peakMemory: 1_000_000,
}

const FILES: Record<string, string> = { 'model_index.json': '{}', 'unet/model.onnx': 'weights' }

export const sampleManifest = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  v: 1,
  ...FIELDS,
  files: Object.entries(FILES).map(([path, content]) => ({
    path,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  })),
  ...change,
})

/** A scratch folder that removes itself: `await using scratch = await scratchFolder()`. */
export async function scratchFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'reverie-models-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Writes a model that opens; `change` replaces fields of its manifest. */
export async function writeSampleModel(
  folder: string,
  change: Record<string, unknown> = {},
): Promise<void> {
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(sampleManifest(change)))
}
