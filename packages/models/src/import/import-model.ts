import { constants, copyFile, link, mkdir, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import {
  type ModelFamily,
  type ModelKind,
  type ModelManifest,
  ReverieError,
  systemClock,
} from '@reverie/core'
import { checkManifest } from '../check-manifest.ts'
import { type ChosenFile, chooseFiles, externalFiles, plainName } from '../describe/choose-files.ts'
import { readGraphFacts } from '../describe/graph-facts.ts'
import { makeManifest } from '../describe/make-manifest.ts'
import { requireListable } from '../describe/require-listable.ts'
import { splitTokenizers } from '../describe/split-tokenizers.ts'
import { type FreeBytes, freeBytes, requireSpace } from '../download/disk-space.ts'
import type { FileHash } from '../download/download-files.ts'
import { createProgressMeter, type PullProgress } from '../download/progress.ts'
import { hashFile } from '../hash-file.ts'
import { spdx } from '../hub/repo-licence.ts'
import { withFolderLock } from '../library/folder-lock.ts'
import { prepareIncoming, stagingFolder } from '../library/incoming.ts'
import { nameFrom, requireName } from '../library/model-name.ts'
import { type PublishedModel, publish } from '../library/publish.ts'
import { openModelFolder } from '../open-model-folder.ts'
import { MANIFEST_FILE } from '../read-manifest.ts'
import { listLocal } from './list-local.ts'

export interface ImportOptions {
  /** Folder of the library. */
  readonly models: string
  /** A folder in the layout of diffusers and optimum, one with a manifest.json, or a .safetensors or .onnx file. */
  readonly from: string
  readonly name?: string | undefined
  readonly title?: string | undefined
  readonly licence?: string | undefined
  readonly kind?: ModelKind | undefined
  readonly family?: ModelFamily | undefined
  /** "link" makes hard links: no second copy, but what is written into the old file changes the model. @defaultValue "copy" */
  readonly mode?: 'copy' | 'link' | undefined
  /** @defaultValue false */
  readonly replace?: boolean | undefined
  readonly freeBytes?: FreeBytes
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: PullProgress) => void) | undefined
}

interface LocalModel {
  /** Folder that the paths are in. */
  readonly root: string
  readonly name: string
  readonly choice: ReturnType<typeof chooseFiles>
  readonly files: readonly ChosenFile[]
  /** Where it brings its own. */
  readonly manifest: ModelManifest | undefined
}

const UNKNOWN_LICENCE = 'LicenseRef-unknown'

/**
 * Takes a model from this machine into the library: the files that the engine runs, with a manifest. It appears there
 * complete or not at all.
 * @throws ReverieError `model_invalid`, `model_file_missing`, `model_file_corrupt`, `file_unreadable`, `disk_full`, `invalid_option`
 */
export async function importModel(options: ImportOptions): Promise<PublishedModel> {
  const { models, mode = 'copy', replace = false, signal } = options
  const model = await findLocal(resolve(options.from), signal)
  const name = requireName(options.name ?? model.manifest?.name ?? nameFrom(model.name))
  const staging = stagingFolder(models, name, `import ${resolve(options.from)}`)
  await prepareIncoming(models)
  const meter = createProgressMeter(systemClock, options.onProgress ?? (() => {}))
  return withFolderLock(`${staging}.lock`, { clock: systemClock, signal }, async (held) => {
    try {
      await rm(staging, { recursive: true, force: true })
      const sized = await Promise.all(
        model.files.map(async ({ from, to }) => {
          const path = join(model.root, from)
          return { from: path, path: to, size: (await stat(path)).size }
        }),
      )
      const bytes = sized.reduce((sum, { size }) => sum + size, 0)
      if (mode === 'copy') await requireSpace(models, bytes, options.freeBytes ?? freeBytes)
      meter.expect(sized)
      meter.phase('downloading')
      const hashes: FileHash[] = []
      for (const { from, path } of sized) {
        held.throwIfAborted()
        const target = join(staging, path)
        await mkdir(dirname(target), { recursive: true })
        await place(await realpath(from), target, mode)
        const found = await hashFile(target, { signal: held })
        meter.done(path, found.size)
        hashes.push({ path, ...found })
      }
      meter.phase('finishing')
      const manifest = await describe(model, staging, name, hashes, options)
      return await publish(models, staging, manifest, { replace })
    } catch (error) {
      await rm(staging, { recursive: true, force: true })
      throw error
    }
  })
}

async function findLocal(from: string, signal: AbortSignal | undefined): Promise<LocalModel> {
  const found = await stat(from).catch((cause: unknown) => {
    throw new ReverieError('file_unreadable', `${from} does not exist`, { file: from }, { cause })
  })
  if (!found.isDirectory()) {
    const root = dirname(from)
    const file = basename(from)
    const beside = await listLocal(root)
    const choice = chooseFiles([file], from)
    // What one graph of several in a folder keeps beside it is its own.
    return { root, name: file, ...(await withExternal(root, choice, beside)), manifest: undefined }
  }
  const paths = await listLocal(from)
  if (paths.includes(MANIFEST_FILE)) {
    const { manifest } = await openModelFolder(from, signal ? { signal } : {})
    const files = manifest.files.map(({ path }) => ({ from: path, to: path }))
    const choice = { form: 'checkpoint', files, graphs: [] } as const
    return { root: from, name: manifest.name, choice, files, manifest }
  }
  const choice = chooseFiles(paths, from)
  const isSingle = choice.form === 'adapter'
  const name = isSingle ? plainName(choice.files[0]?.from ?? from) : basename(from)
  return { root: from, name, ...(await withExternal(from, choice, paths)), manifest: undefined }
}

async function withExternal(
  root: string,
  choice: LocalModel['choice'],
  paths: readonly string[],
): Promise<Pick<LocalModel, 'choice' | 'files'>> {
  const beside: ChosenFile[] = []
  for (const graph of choice.graphs) {
    const { locations } = await readGraphFacts(join(root, graph.from), graph.from)
    beside.push(...externalFiles(graph, locations, paths))
  }
  const unique = new Map([...choice.files, ...beside].map((file) => [file.to, file]))
  requireListable([...unique.values()])
  return { choice, files: [...unique.values()] }
}

/** Where the disk can share blocks, a copy costs nothing until one of the two changes. */
async function place(from: string, target: string, mode: 'copy' | 'link'): Promise<void> {
  if (mode === 'copy') return copyFile(from, target, constants.COPYFILE_FICLONE)
  try {
    await link(from, target)
  } catch (cause) {
    throw new ReverieError(
      'invalid_option',
      `${from} cannot be linked into the models folder (${(cause as NodeJS.ErrnoException).code}); leave out --link to copy it`,
      { field: 'link' },
      { cause },
    )
  }
}

async function describe(
  { manifest, choice, name: found }: LocalModel,
  staging: string,
  name: string,
  hashes: readonly FileHash[],
  { title, licence, kind, family }: ImportOptions,
): Promise<ModelManifest> {
  if (manifest === undefined) {
    const stated = {
      name,
      title: title ?? found.replace(/\.(?:safetensors|onnx)$/, ''),
      licence: spdx(licence) ?? UNKNOWN_LICENCE,
      kind,
      family,
    }
    return makeManifest(staging, choice.form, await splitTokenizers(staging, hashes), stated)
  }
  const said = { name, title, licence: spdx(licence), kind, family }
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
  return checkManifest({ ...manifest, ...given })
}
