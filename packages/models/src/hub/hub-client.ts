import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import type { DownloadModules, RemoteFile } from '../download/download-file.ts'
import { fetchText } from '../download/fetch-text.ts'
import { type RepoInfo as Info, RepoInfo, Tree, type TreeEntry } from './hub-answers.ts'
import { nextPage } from './link-header.ts'
import { isPlainPath } from './plain-path.ts'
import { licenceOf } from './repo-licence.ts'

/** A repository at one commit. */
interface HubListing {
  readonly repo: string
  readonly commit: string
  /** SPDX identifier or LicenseRef; undefined where the card names none. */
  readonly licence: string | undefined
  readonly files: readonly RemoteFile[]
}

export interface HubClient {
  /**
   * Every file of a repository at a branch, tag or commit, in order of path.
   * @throws ReverieError `model_not_found`, `download_failed`, `model_invalid` for an answer that cannot be trusted
   */
  list(repo: string, revision: string, signal?: AbortSignal): Promise<HubListing>
}

const MAX_PAGE_BYTES = 8 * 1024 * 1024
const MAX_FILES = 20_000
const MAX_PAGES = 200

/**
 * A client of the Hugging Face hub's API, or of a mirror with the same one.
 * @param endpoint e.g. https://huggingface.co
 */
export function createHubClient(modules: DownloadModules, endpoint: URL): HubClient {
  const base = endpoint.href.replace(/\/$/, '')
  const get = async <T extends z.ZodMiniType>(url: URL, schema: T, signal?: AbortSignal) => {
    const { text, headers } = await fetchText(modules, url, MAX_PAGE_BYTES, signal)
    return { value: parse(url, text, schema), headers }
  }

  return {
    async list(repo, revision, signal) {
      const at = encodeURIComponent(revision)
      const info = await get(new URL(`${base}/api/models/${repo}/revision/${at}`), RepoInfo, signal)
      const { sha } = info.value as Info
      // By commit from here on: a branch that moves during a pull would mix two versions.
      let page: URL | undefined = new URL(`${base}/api/models/${repo}/tree/${sha}?recursive=true`)
      const entries: TreeEntry[] = []
      for (let pages = 0; page !== undefined; pages++) {
        if (pages >= MAX_PAGES || entries.length > MAX_FILES) throw tooMany(repo, entries.length)
        const { value, headers } = await get(page, Tree, signal)
        entries.push(...(value as TreeEntry[]))
        page = nextPage(headers.get('link'), page)
      }
      if (entries.length > MAX_FILES) throw tooMany(repo, entries.length)
      const files = entries
        .filter(({ type }) => type === 'file')
        .map((entry) => remoteFile(entry, repo, sha, base))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1))
      return { repo, commit: sha, licence: licenceOf(info.value as Info), files }
    },
  }
}

function remoteFile(entry: TreeEntry, repo: string, sha: string, base: string): RemoteFile {
  const { path, lfs, oid, size } = entry
  if (!isPlainPath(path)) {
    throw new ReverieError(
      'model_invalid',
      `${repo} lists a file ${JSON.stringify(path.slice(0, 200))}, which would not stay in its folder; do not use this repository`,
      { file: path.slice(0, 200) },
    )
  }
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const url = new URL(`${base}/${repo}/resolve/${sha}/${encoded}`)
  if (lfs !== undefined) {
    const hex = lfs.oid.slice(-64)
    return { path, url, size: lfs.size, digest: { kind: 'sha256', hex } }
  }
  const isSha1 = oid !== undefined && /^[0-9a-f]{40}$/.test(oid)
  return { path, url, size, digest: isSha1 ? { kind: 'git-blob', hex: oid } : undefined }
}

function parse(url: URL, text: string, schema: z.ZodMiniType): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw strange(url, 'no JSON', cause)
  }
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw strange(url, `field ${issue?.path.join('.') || '(root)'}: ${issue?.message}`)
}

const strange = (url: URL, what: string, cause?: unknown) =>
  new ReverieError(
    'model_invalid',
    `${url.origin}${url.pathname} did not answer as a model hub does (${what}); check HF_ENDPOINT`,
    { file: url.pathname },
    { cause },
  )

const tooMany = (repo: string, files: number) =>
  new ReverieError(
    'model_invalid',
    `${repo} lists ${files} files and more; a model has at most ${MAX_FILES}. Name the folder of one model's own repository`,
    { files, accepted: `${MAX_FILES}` },
  )
