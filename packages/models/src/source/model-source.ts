import { ReverieError } from '@reverie/core'
import { isPlainPath } from '../hub/plain-path.ts'
import { type Catalogue, findInCatalogue } from './catalogue.ts'

/** Where a model comes from. */
export type ModelSource =
  | {
      readonly kind: 'hub'
      /** "owner/name" */
      readonly repo: string
      /** Branch, tag or commit. */
      readonly revision: string
      /** A file or folder in it; undefined for all of it. */
      readonly path: string | undefined
    }
  /** A manifest.json whose files lie beside it, or one .safetensors or .onnx file. */
  | { readonly kind: 'url'; readonly url: URL }

const MAIN = 'main'
const REPO = /^([\w.-]{1,96}\/[\w.-]{1,96})(?:@([^:\s]{1,200}))?(?::(.{1,300}))?$/
/** Pages of the hub: /owner/name/tree/main/folder */
const PAGE = /^\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|blob|resolve)\/([^/]+)(?:\/(.+))?)?\/?$/

/**
 * Understands what was typed: an alias of the catalogue, `owner/name[@revision][:path]`, or an address.
 * @param endpoint the hub's: its pages are repositories
 * @throws ReverieError `invalid_option`
 */
export function parseModelSource(text: string, endpoint: URL, catalogue: Catalogue): ModelSource {
  const known = findInCatalogue(catalogue, text)
  if (known !== undefined) {
    const { repo, revision = MAIN, path } = known
    return { kind: 'hub', repo, revision, path }
  }
  if (/^https?:\/\//i.test(text)) return addressSource(text, endpoint)
  const [, repo, revision = MAIN, path] = REPO.exec(text) ?? []
  if (repo === undefined || !isPlainPath(repo)) throw unknown(text)
  return { kind: 'hub', repo, revision, path: checkedPath(text, path) }
}

function addressSource(text: string, endpoint: URL): ModelSource {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') throw unknown(text)
  const page = url.origin === endpoint.origin ? PAGE.exec(url.pathname) : null
  const [, repo, revision = MAIN, path] = page ?? []
  if (repo !== undefined) {
    const inside = path === undefined ? undefined : decoded(text, path)
    return {
      kind: 'hub',
      repo,
      revision: decoded(text, revision),
      path: checkedPath(text, inside),
    }
  }
  if (/\.(?:json|safetensors|onnx)$/.test(decoded(text, url.pathname))) return { kind: 'url', url }
  throw new ReverieError('invalid_option', `${text} is the address of no model`, {
    field: 'source',
    accepted: 'the address of a manifest.json, of a .safetensors or of an .onnx file',
  })
}

/** @throws ReverieError `invalid_option` for a percent sign that begins no character */
function decoded(text: string, part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw unknown(text)
  }
}

function checkedPath(text: string, path: string | undefined): string | undefined {
  const inside = path?.replace(/\/$/, '')
  if (inside === undefined || isPlainPath(inside)) return inside
  throw unknown(text)
}

const unknown = (text: string) =>
  new ReverieError(
    'invalid_option',
    `${JSON.stringify(text.slice(0, 200))} names no model; \`models list --available\` shows the catalogue`,
    {
      field: 'source',
      accepted: 'an alias of the catalogue, owner/name[@revision][:path], or an address',
    },
  )
