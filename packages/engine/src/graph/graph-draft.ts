import { constants } from 'node:fs'
import { copyFile, type FileHandle, link, mkdir, open, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { externalFiles } from './external-files.ts'
import {
  encodeModel,
  type GraphEdits,
  isEmpty,
  noEdits,
  type OnnxModel,
  parseModel,
} from './onnx-model.ts'
import { missingFile, readGraph } from './read-graph.ts'
import { type GraphTensor, withExternalValues } from './tensor-proto.ts'
import { writeChunks } from './write-graph.ts'

/** A graph being edited into a folder of its own. */
export interface GraphDraft {
  readonly model: OnnxModel
  readonly edits: GraphEdits
  /** Replaces an initialiser's values (little-endian, in its data type) by new ones, written to a file at once. */
  replace(tensor: GraphTensor, bytes: Uint8Array, dims?: readonly number[]): Promise<void>
}

/** Tensors begin at a page of a memory-mapped file, as ONNX recommends. */
const ALIGNMENT = 4096

/** A file of the base model that the edited graph goes on using. */
export interface BaseFile {
  readonly location: string
  readonly bytes: number
  readonly mtimeMs: number
}

/**
 * Edits the graph at `base` and writes it into `folder`, where ONNX Runtime can open it: the graph, the new values, and
 * the base's own data files, linked. The runtime refuses data outside a model's folder and links that lead there, so
 * they are hard links; on another file system they are copies.
 * @returns the graph's name in the folder, or null where the edit changed nothing
 */
export async function writeEditedGraph<T>(
  base: string,
  folder: string,
  edit: (draft: GraphDraft) => Promise<T>,
): Promise<{ graph: string | null; files: BaseFile[]; facts: T }> {
  const model = parseModel(await readGraph(base), base)
  const locations = externalFiles(model)
  const patch = unusedName('patch.bin', locations)
  const graph = unusedName('model.onnx', [...locations, patch])
  const edits = noEdits()
  const values = createValuesFile(join(folder, patch))
  try {
    const facts = await edit({
      model,
      edits,
      async replace(tensor, bytes, dims = tensor.dims) {
        const offset = await values.append(bytes)
        const at = { dims, location: patch, offset, length: bytes.length }
        edits.initialisers.set(tensor.name, withExternalValues(tensor, at))
      },
    })
    if (isEmpty(edits)) return { graph: null, files: [], facts }
    const files: BaseFile[] = []
    for (const location of locations) files.push(await linkBeside(base, folder, location))
    await writeChunks(join(folder, graph), encodeModel(model, edits))
    return { graph, files, facts }
  } finally {
    await values.close()
  }
}

/** What a data file of the base looks like now; undefined where it is gone. */
export async function baseFile(base: string, location: string): Promise<BaseFile | undefined> {
  const found = await stat(join(dirname(base), location)).catch(() => undefined)
  return found && { location, bytes: found.size, mtimeMs: found.mtimeMs }
}

function createValuesFile(path: string): {
  append(bytes: Uint8Array): Promise<number>
  close(): Promise<void>
} {
  let handle: FileHandle | undefined
  let end = 0
  return {
    async append(bytes) {
      handle ??= await open(path, 'wx')
      const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten
      }
      end = offset + bytes.length
      return offset
    },
    async close() {
      try {
        await handle?.sync()
      } finally {
        await handle?.close()
      }
    },
  }
}

async function linkBeside(base: string, folder: string, location: string): Promise<BaseFile> {
  // A file that is itself a link (as in the hub's cache) is followed: a hard link to a link would lead outside.
  const named = join(dirname(base), location)
  const source = await realpath(named).catch((cause: unknown) => {
    throw missingFile(named, cause)
  })
  const target = join(folder, location)
  await mkdir(dirname(target), { recursive: true })
  try {
    await link(source, target)
  } catch {
    await copyFile(source, target, constants.COPYFILE_FICLONE)
  }
  const { size, mtimeMs } = await stat(source)
  return { location, bytes: size, mtimeMs }
}

function unusedName(name: string, taken: readonly string[]): string {
  let free = name
  while (taken.includes(free)) free = `_${free}`
  return free
}
