import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Clock,
  type ModelFamily,
  type ModelKind,
  type ModelManifest,
  systemClock,
} from '@reverie/core'
import { checkManifest } from '../check-manifest.ts'
import { type ChosenFile, chooseFiles, externalFiles } from '../describe/choose-files.ts'
import { readGraphFacts } from '../describe/graph-facts.ts'
import { makeManifest } from '../describe/make-manifest.ts'
import { requireListable } from '../describe/require-listable.ts'
import { splitTokenizers } from '../describe/split-tokenizers.ts'
import { type FreeBytes, freeBytes, requireSpace } from '../download/disk-space.ts'
import type { DownloadModules, RemoteFile } from '../download/download-file.ts'
import { downloadFiles, type FileHash } from '../download/download-files.ts'
import { createHttpClient, type HttpOptions } from '../download/http-client.ts'
import { createProgressMeter, type ProgressMeter, type PullProgress } from '../download/progress.ts'
import { spdx } from '../hub/repo-licence.ts'
import { withFolderLock } from '../library/folder-lock.ts'
import { bytesHere, prepareIncoming, stagingFolder } from '../library/incoming.ts'
import { nameFrom, requireName } from '../library/model-name.ts'
import { manifestAt, type PublishedModel, publish, requireFree } from '../library/publish.ts'
import { manifestCid } from '../manifest-cid.ts'
import type { CatalogueEntry } from '../source/catalogue.ts'
import type { ModelSource } from '../source/model-source.ts'
import { findRemoteModel, type RemoteModel } from './remote-model.ts'

export interface PullModules {
  /** @defaultValue the system's */
  readonly clock?: Clock
  /** @defaultValue Math.random */
  readonly random?: () => number
  /** @defaultValue the file system's answer */
  readonly freeBytes?: FreeBytes
}

export interface PullOptions {
  /** Folder of the library. */
  readonly models: string
  /** The hub. */
  readonly endpoint: URL
  /** For the hub alone: no other host is sent it. */
  readonly token?: string | undefined
  /** What goes before what the files say. */
  readonly name?: string | undefined
  readonly title?: string | undefined
  readonly licence?: string | undefined
  readonly kind?: ModelKind | undefined
  readonly family?: ModelFamily | undefined
  /** From the catalogue. */
  readonly defaults?: CatalogueEntry['defaults']
  /** Puts it in the place of another model of its name. @defaultValue false */
  readonly replace?: boolean | undefined
  readonly http?: Pick<HttpOptions, 'stallMs' | 'stallBytes'>
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: PullProgress) => void) | undefined
}

const UNKNOWN_LICENCE = 'LicenseRef-unknown'

/**
 * Downloads a model into the library: the files that the engine runs, checked, with a manifest. It appears there complete
 * or not at all; what arrived before a failure, an abort or a killed process is kept, and the next pull of the same source
 * goes on from there. Waits while another process pulls the same.
 * @throws ReverieError `download_failed`, `model_not_found`, `model_invalid`, `model_file_corrupt`, `disk_full`, `invalid_option`
 */
export async function pullModel(
  { clock = systemClock, random = Math.random, freeBytes: free = freeBytes }: PullModules,
  source: ModelSource,
  options: PullOptions,
): Promise<PublishedModel> {
  const { models, endpoint, token, onProgress = () => {} } = options
  const http = createHttpClient(
    { clock },
    { ...options.http, ...(token ? { token: { origin: endpoint.origin, value: token } } : {}) },
  )
  const modules = { clock, random, http }
  const meter = createProgressMeter(clock, onProgress)
  const name = requireName(options.name ?? nameFrom(nameOf(source)))
  const staging = stagingFolder(models, name, JSON.stringify(source))
  await prepareIncoming(models)
  const onWait = () => meter.phase('waiting')
  return withFolderLock(`${staging}.lock`, { clock, signal: options.signal, onWait }, (signal) =>
    new Pull(modules, { ...options, signal }, { free, meter, staging }).run(source, name),
  )
}

const nameOf = (source: ModelSource): string => {
  const path = source.kind === 'hub' ? (source.path ?? source.repo) : source.url.pathname
  const parts = path.split('/').filter(Boolean)
  const last = parts.at(-1) ?? 'model'
  return last === 'manifest.json' ? (parts.at(-2) ?? 'model') : last
}

/** One pull that has the lock. */
class Pull {
  readonly #modules: DownloadModules
  readonly #options: PullOptions
  readonly #free: FreeBytes
  readonly #meter: ProgressMeter
  readonly #staging: string

  constructor(
    modules: DownloadModules,
    options: PullOptions,
    {
      free,
      meter,
      staging,
    }: {
      readonly free: FreeBytes
      readonly meter: ProgressMeter
      readonly staging: string
    },
  ) {
    this.#modules = modules
    this.#options = options
    this.#free = free
    this.#meter = meter
    this.#staging = staging
  }

  async run(source: ModelSource, name: string): Promise<PublishedModel> {
    const { models, endpoint, replace = false, signal } = this.#options
    this.#meter.phase('listing')
    const remote = await findRemoteModel(this.#modules, source, endpoint, signal)
    const finalName = this.#options.name ?? remote.manifest?.name ?? name
    const old = await manifestAt(join(models, finalName))
    if (old !== undefined && !replace) {
      if (isSame(old, remote)) {
        return {
          cid: manifestCid(old),
          manifest: old,
          folder: join(models, finalName),
          isOld: true,
        }
      }
      await requireFree(models, finalName)
    }
    await mkdir(this.#staging, { recursive: true })
    const manifest = remote.manifest
      ? await this.#fetchDescribed(remote, remote.manifest)
      : await this.#fetchAndDescribe(remote, finalName)
    this.#meter.phase('finishing')
    return publish(models, this.#staging, manifest, { replace })
  }

  async #fetchDescribed(remote: RemoteModel, manifest: ModelManifest): Promise<ModelManifest> {
    await this.#fetch(remote.files)
    const {
      name = manifest.name,
      title = manifest.title,
      licence = manifest.licence,
    } = this.#options
    return checkManifest({ ...manifest, name, title, licence: spdx(licence) ?? licence })
  }

  async #fetchAndDescribe(remote: RemoteModel, name: string): Promise<ModelManifest> {
    const paths = remote.files.map(({ path }) => path)
    const choice = chooseFiles(paths, remote.where)
    // The graphs say which files their weights lie in; until they are here the names tell, so that space is asked for once.
    const guessed = guessExternal(choice.graphs, remote.files)
    await this.#requireSpace([...renamed(remote, choice.files), ...guessed])
    const first = await this.#fetch(renamed(remote, choice.files), guessed)
    const beside: ChosenFile[] = []
    for (const graph of choice.graphs) {
      const facts = await readGraphFacts(join(this.#staging, graph.to), graph.from)
      beside.push(...externalFiles(graph, facts.locations, paths))
    }
    requireListable([...choice.files, ...beside])
    const rest = beside.length === 0 ? [] : await this.#fetch(renamed(remote, beside))
    const files = await splitTokenizers(this.#staging, [...first, ...rest])
    return this.#describe(remote, name, choice.form, files)
  }

  async #describe(
    remote: RemoteModel,
    name: string,
    form: Parameters<typeof makeManifest>[1],
    files: readonly FileHash[],
  ): Promise<ModelManifest> {
    const { title = remote.title, licence, kind, family, defaults } = this.#options
    const manifest = await makeManifest(this.#staging, form, files, {
      name,
      title,
      licence: spdx(licence) ?? remote.licence ?? UNKNOWN_LICENCE,
      kind,
      family,
    })
    return checkManifest({ ...manifest, defaults: { ...manifest.defaults, ...defaults } })
  }

  /** Downloads what is missing of them. `later` is counted as needed already. */
  async #fetch(
    files: readonly RemoteFile[],
    later: readonly RemoteFile[] = [],
  ): Promise<FileHash[]> {
    await this.#requireSpace(files)
    this.#meter.expect([...files, ...later])
    this.#meter.phase('downloading')
    return downloadFiles(this.#modules, files, this.#staging, this.#meter, this.#options.signal)
  }

  async #requireSpace(files: readonly RemoteFile[]): Promise<void> {
    const here = await bytesHere(
      this.#staging,
      files.map(({ path }) => path),
    )
    const needed = files.reduce((sum, { size }) => sum + (size ?? 0), 0)
    await requireSpace(this.#options.models, needed - here, this.#free)
  }
}

/** Under the names that they get. */
function renamed({ files }: RemoteModel, chosen: readonly ChosenFile[]): RemoteFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const unique = new Map(chosen.map((each) => [each.to, each.from]))
  return [...unique].flatMap(([to, from]) => {
    const file = byPath.get(from)
    return file === undefined ? [] : [{ ...file, path: to }]
  })
}

const OTHER_WEIGHTS =
  /\.(?:onnx|json|txt|md|safetensors|bin|ckpt|pt|pth|msgpack|h5|xml|png|jpe?g)$/i

function guessExternal(graphs: readonly ChosenFile[], files: readonly RemoteFile[]): RemoteFile[] {
  const folders = new Set(graphs.map(({ from }) => from.replace(/[^/]+$/, '')))
  return files.filter(
    ({ path }) => folders.has(path.replace(/[^/]+$/, '')) && !OTHER_WEIGHTS.test(path),
  )
}

/** What is installed has the very weights that are offered. */
function isSame(old: ModelManifest, remote: RemoteModel): boolean {
  if (remote.manifest !== undefined) return manifestCid(old) === manifestCid(remote.manifest)
  const offered = new Set(
    remote.files.flatMap(({ digest }) => (digest?.kind === 'sha256' ? [digest.hex] : [])),
  )
  const weights = old.files.filter(({ path }) => !/\.(?:json|txt)$/.test(path))
  return weights.length > 0 && weights.every(({ sha256 }) => offered.has(sha256))
}
