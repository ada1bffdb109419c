import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { createFileHashes } from './file-hashes.ts'
import { boundCache, ENTRY_FILE, MAKING } from './graph-cache-bound.ts'
import { baseFile, type GraphDraft, writeEditedGraph } from './graph-draft.ts'

interface GraphCacheOptions {
  /** Bytes that the cache's own files may take; the graph used last stays even where it alone is larger. */
  readonly maxBytes: number
}

export interface EditRequest<T> {
  /** Path of the graph to edit; its data files lie beside it. */
  readonly base: string
  /** Says everything about the edit, so that equal keys mean equal graphs. */
  readonly key: string
  /** How what `edit` found out is read back from the disk. */
  readonly facts: z.ZodMiniType<T>
  edit(draft: GraphDraft): Promise<T>
}

interface EditedGraph<T> {
  /** Path to open: the base itself where the edit changed nothing. */
  readonly path: string
  readonly facts: T
}

/** Edited graphs on disk, made once. Several processes may share a folder. */
export interface GraphCache {
  /** SHA-256 of a file, lower-case hex, for keys. @throws ReverieError `model_file_missing` */
  hashOf(file: string): Promise<string>
  /** @throws ReverieError `model_file_missing`, `model_invalid`, `disk_full`, `data_folder_unusable`; what `edit` throws */
  edited<T>(request: EditRequest<T>): Promise<EditedGraph<T>>
}

/** Part of every key: another way of editing makes other graphs. */
const VERSION = 1
const MAX_ENTRY_BYTES = 4 * 1024 * 1024

const Entry = z.strictObject({
  /** Null where the base is good as it is. */
  graph: z.nullable(z.string().check(z.maxLength(64))),
  files: z.array(z.strictObject({ location: z.string(), bytes: z.number(), mtimeMs: z.number() })),
  /** Bytes of the files that are the entry's own, by name. */
  own: z.record(z.string(), z.number()),
  facts: z.json(),
})

/** Makes `folder` where it is missing. Best beside the models: links need the same file system. */
export function createGraphCache(folder: string, options: GraphCacheOptions): GraphCache {
  const making = new Map<string, Promise<unknown>>()
  const hashes = createFileHashes()

  return {
    hashOf: (file) => hashes.of(file),
    async edited<T>(request: EditRequest<T>): Promise<EditedGraph<T>> {
      const graph = await hashes.of(request.base)
      // The path too: checkpoints of one architecture have equal graphs and differ in their data files.
      const key = createHash('sha256')
        .update(JSON.stringify([VERSION, graph, resolve(request.base), request.key]))
        .digest('hex')
      // A second call waits for the first, then finds its entry.
      await making.get(key)?.catch(() => undefined)
      const known = await readEntry(join(folder, key), request)
      if (known !== undefined) return known
      const made = make(folder, key, request).catch((error: unknown) => {
        throw diskError(error, folder)
      })
      making.set(key, made)
      try {
        const edited = await made
        await boundCache(folder, options.maxBytes)
        return edited
      } finally {
        making.delete(key)
      }
    },
  }
}

async function make<T>(
  folder: string,
  key: string,
  request: EditRequest<T>,
): Promise<EditedGraph<T>> {
  const draft = join(folder, `${MAKING}${process.pid}-${randomUUID()}`)
  const target = join(folder, key)
  await mkdir(draft, { recursive: true })
  try {
    const { graph, files, facts } = await writeEditedGraph(request.base, draft, (each) =>
      request.edit(each),
    )
    const own = await ownFiles(draft, files)
    await writeFile(join(draft, ENTRY_FILE), JSON.stringify({ graph, files, own, facts }), {
      flush: true,
    })
    try {
      await rename(draft, target)
    } catch (error) {
      if (!isOccupied(error)) throw error
      // Another process was quicker, or what is there is damaged or of other base files.
      const other = await readEntry(target, request)
      if (other !== undefined) return other
      await rm(target, { recursive: true, force: true })
      await rename(draft, target)
    }
    return { path: pathOf(target, graph, request.base), facts }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** An entry that is whole and of the base's files as they are now; marked as used. */
async function readEntry<T>(
  folder: string,
  request: EditRequest<T>,
): Promise<EditedGraph<T> | undefined> {
  const file = join(folder, ENTRY_FILE)
  try {
    if ((await stat(file)).size > MAX_ENTRY_BYTES) return undefined
    const entry = z.parse(Entry, JSON.parse(await readFile(file, 'utf8')))
    const facts = z.parse(request.facts, entry.facts)
    const path = pathOf(folder, entry.graph, request.base)
    await stat(path)
    for (const { location, bytes, mtimeMs } of entry.files) {
      const now = await baseFile(request.base, location)
      if (now?.bytes !== bytes || now.mtimeMs !== mtimeMs) return undefined
      if ((await stat(join(folder, location))).size !== bytes) return undefined
    }
    for (const [name, bytes] of Object.entries(entry.own)) {
      if ((await stat(join(folder, name))).size !== bytes) return undefined
    }
    const now = new Date()
    await utimes(file, now, now)
    return { path, facts }
  } catch {
    // Absent, damaged or written by another version: it is made anew.
    return undefined
  }
}

/** The graph and its new values: all that lies in the folder besides the base's files. */
async function ownFiles(
  folder: string,
  files: readonly { readonly location: string }[],
): Promise<Record<string, number>> {
  const linked = new Set(files.map(({ location }) => join(folder, location)))
  const entries = await readdir(folder, { withFileTypes: true })
  const own = entries.filter((entry) => entry.isFile() && !linked.has(join(folder, entry.name)))
  const sizes = await Promise.all(
    own.map(async ({ name }) => [name, (await stat(join(folder, name))).size] as const),
  )
  return Object.fromEntries(sizes)
}

const pathOf = (folder: string, graph: string | null, base: string): string =>
  graph === null ? base : join(folder, graph)

const isOccupied = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(String(error.code))

function diskError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof ReverieError) return error
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new ReverieError(
      'disk_full',
      `there is no room for an edited graph in ${folder}: ${error.message}; free some space`,
      { file: folder },
      { cause: error },
    )
  }
  return new ReverieError(
    'data_folder_unusable',
    `an edited graph cannot be written to ${folder}: ${error.message}`,
    { file: folder },
    { cause: error },
  )
}
