import { realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { type InstalledModel, type ModelFile, ReverieError } from '@reverie/core'
import { hashFile } from './hash-file.ts'
import { manifestCid } from './manifest-cid.ts'
import { readManifest } from './read-manifest.ts'

export interface OpenModelOptions {
  /** Stops the verification; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** "sizes" believes a file that is there with the right size: enough to list, not to run. @defaultValue "hashes" */
  readonly check?: 'hashes' | 'sizes'
}

/**
 * Opens a model on disk: reads its manifest.json and verifies size and SHA-256 of every file it names. Files that the
 * manifest does not name are ignored.
 * @throws ReverieError `model_file_missing`, `model_file_corrupt`, `model_invalid`
 * @example
 * const model = await openModelFolder('/srv/models/pocket')
 * console.log(model.manifest.name, model.cid)
 */
export async function openModelFolder(
  folder: string,
  { signal, check = 'hashes' }: OpenModelOptions = {},
): Promise<InstalledModel> {
  const absolute = resolve(folder)
  const manifest = await readManifest(absolute)
  const root = await realpath(absolute)
  for (const file of manifest.files) {
    signal?.throwIfAborted()
    await verifyFile(root, file, check, signal)
  }
  return { cid: manifestCid(manifest), manifest, folder: absolute }
}

async function verifyFile(
  root: string,
  file: ModelFile,
  check: 'hashes' | 'sizes',
  signal: AbortSignal | undefined,
): Promise<void> {
  const path = await locate(root, file.path)
  const { size } = await stat(path)
  if (size !== file.size) throw corrupt(path, file, 'bytes', file.size, size)
  if (check === 'sizes') return
  const found = await hashFile(path, { signal })
  if (found.sha256 !== file.sha256) throw corrupt(path, file, 'SHA-256', file.sha256, found.sha256)
}

/** The file's real path, inside the folder. A link that leads out would let a manifest read any file of the machine. */
async function locate(root: string, relative: string): Promise<string> {
  const path = join(root, relative)
  let real: string
  try {
    real = await realpath(path)
  } catch (cause) {
    throw new ReverieError(
      'model_file_missing',
      `The manifest names ${relative}, but ${path} cannot be found; install the model again`,
      { file: relative },
      { cause },
    )
  }
  const inside = real.startsWith(root.endsWith(sep) ? root : root + sep)
  if (inside && (await stat(real)).isFile()) return real
  throw new ReverieError(
    'model_invalid',
    `${path} is ${inside ? 'not a file' : `a link out of the model folder, to ${real}`}; put the file itself there`,
    { file: relative },
  )
}

const corrupt = (
  path: string,
  file: ModelFile,
  what: string,
  expected: number | string,
  found: number | string,
) =>
  new ReverieError(
    'model_file_corrupt',
    `${path} differs from its manifest: expected ${what} ${expected}, found ${found}; install the model again`,
    { file: file.path, expected, found },
  )
