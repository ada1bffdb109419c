import { type OnnxModel, parseModel } from './onnx-model.ts'
import { readGraph } from './read-graph.ts'
import { parseTensor, storageOf } from './tensor-proto.ts'
import { notAGraph, wireFields } from './wire-fields.ts'

/** Branches and loops nest graphs; real ones a level or two. */
const MAX_DEPTH = 16

/**
 * The files beside a graph that its tensors' values are in, sorted, e.g. ["model.onnx_data"]: taken from the graph, as
 * exporters name them as they like. Constants and graphs inside nodes count too.
 * @throws ReverieError `model_invalid`, also for a location outside the model's folder
 */
export function externalFiles(model: OnnxModel): string[] {
  const files = new Set<string>()
  const { file } = model
  for (const field of model.fields) {
    if (field.number === 7) visitGraph(field.value, 0)
    // Functions hold nodes.
    if (field.number === 25) visit(field.value, 7, (bytes) => visitNode(bytes, 0))
  }
  return [...files].sort()

  function visit(bytes: Uint8Array, number: number, each: (bytes: Uint8Array) => void): void {
    for (const field of wireFields(bytes, file)) if (field.number === number) each(field.value)
  }

  function visitGraph(bytes: Uint8Array, depth: number): void {
    if (depth > MAX_DEPTH) throw notAGraph(file, `graphs nested more than ${MAX_DEPTH} deep`)
    for (const field of wireFields(bytes, file)) {
      if (field.number === 1) visitNode(field.value, depth)
      else if (field.number === 5) visitTensor(field.value)
      else if (field.number === 15) visitSparse(field.value)
    }
  }

  function visitNode(bytes: Uint8Array, depth: number): void {
    visit(bytes, 5, (attribute) => {
      for (const field of wireFields(attribute, file)) {
        if (field.number === 5 || field.number === 10) visitTensor(field.value)
        else if (field.number === 6 || field.number === 11) visitGraph(field.value, depth + 1)
        else if (field.number === 22 || field.number === 23) visitSparse(field.value)
      }
    })
  }

  function visitSparse(bytes: Uint8Array): void {
    visit(bytes, 1, visitTensor)
    visit(bytes, 2, visitTensor)
  }

  function visitTensor(bytes: Uint8Array): void {
    const tensor = parseTensor(bytes, file)
    // Values inside the graph are no file, and their type does not matter here.
    if (!tensor.fields.some((field) => field.number === 13)) return
    const storage = storageOf(tensor, file)
    if (storage.kind === 'external') files.add(storage.location)
  }
}

/**
 * The same for a graph on disk.
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export const externalFilesOf = async (path: string): Promise<string[]> =>
  externalFiles(parseModel(await readGraph(path), path))
