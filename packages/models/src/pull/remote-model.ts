import { type ModelManifest, ReverieError } from '@reverie/core'
import { checkManifest } from '../check-manifest.ts'
import { plainName } from '../describe/choose-files.ts'
import type { DownloadModules, RemoteFile } from '../download/download-file.ts'
import { fetchText } from '../download/fetch-text.ts'
import { printed } from '../download/http-client.ts'
import { createHubClient } from '../hub/hub-client.ts'
import type { ModelSource } from '../source/model-source.ts'

/** What lies where a model comes from. */
export interface RemoteModel {
  /** As errors name it. */
  readonly where: string
  readonly title: string
  readonly licence: string | undefined
  readonly files: readonly RemoteFile[]
  /** Where the source brings its own: it is kept as it is, and so is its CID. */
  readonly manifest: ModelManifest | undefined
}

const MAX_MANIFEST_BYTES = 128 * 1024

const withoutEnding = (path: string): string => path.replace(/\.(?:safetensors|onnx)$/, '')

/** @throws ReverieError `model_not_found`, `model_invalid`, `download_failed` */
export async function findRemoteModel(
  modules: DownloadModules,
  source: ModelSource,
  endpoint: URL,
  signal: AbortSignal | undefined,
): Promise<RemoteModel> {
  if (source.kind === 'hub') return hubModel(modules, source, endpoint, signal)
  const { url } = source
  if (url.pathname.endsWith('.json')) return manifestModel(modules, url, signal)
  const path = plainName(decodeURIComponent(url.pathname))
  return {
    where: printed(url),
    title: withoutEnding(path),
    licence: undefined,
    files: [{ path, url }],
    manifest: undefined,
  }
}

async function hubModel(
  modules: DownloadModules,
  { repo, revision, path }: Extract<ModelSource, { kind: 'hub' }>,
  endpoint: URL,
  signal: AbortSignal | undefined,
): Promise<RemoteModel> {
  const { files, licence } = await createHubClient(modules, endpoint).list(repo, revision, signal)
  const where = `${repo}${revision === 'main' ? '' : `@${revision}`}`
  const [, name = repo] = repo.split('/')
  const found = { where, title: name, licence, manifest: undefined }
  if (path === undefined) return { ...found, files }
  const file = files.find((each) => each.path === path)
  if (file !== undefined) {
    const plain = plainName(path)
    const title = withoutEnding(plain)
    return { ...found, title, where: `${where}:${path}`, files: [{ ...file, path: plain }] }
  }
  const inside = files
    .filter((each) => each.path.startsWith(`${path}/`))
    .map((each) => ({ ...each, path: each.path.slice(path.length + 1) }))
  if (inside.length === 0) {
    throw new ReverieError('model_not_found', `${where} has no file or folder ${path}`, {
      file: path,
    })
  }
  return { ...found, where: `${where}:${path}`, files: inside }
}

async function manifestModel(
  modules: DownloadModules,
  address: URL,
  signal: AbortSignal | undefined,
): Promise<RemoteModel> {
  const { text } = await fetchText(modules, address, MAX_MANIFEST_BYTES, signal)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ReverieError('model_invalid', `${printed(address)} is not JSON`, {}, { cause })
  }
  const manifest = checkManifest(value)
  const files = manifest.files.map(({ path, size, sha256 }): RemoteFile => {
    return { path, url: new URL(path, address), size, digest: { kind: 'sha256', hex: sha256 } }
  })
  const { title, licence } = manifest
  return { where: printed(address), title, licence, files, manifest }
}
