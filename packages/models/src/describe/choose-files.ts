import { posix } from 'node:path'
import { ReverieError } from '@reverie/core'
import { isPlainPath } from '../hub/plain-path.ts'
import { checkpointFiles, isCheckpointFolder } from './checkpoint-files.ts'

/** What of a folder or repository is a model. Paths are inside it, with forward slashes. */
export interface Choice {
  readonly form: 'checkpoint' | 'companion' | 'adapter'
  /** Where each file is and what it is called in the model folder. */
  readonly files: readonly ChosenFile[]
  /** Those of them that are graphs: what lies beside them is known once they are read. */
  readonly graphs: readonly ChosenFile[]
}

export interface ChosenFile {
  readonly from: string
  readonly to: string
}

const GRAPH = 'model.onnx'
const COMPANION_FILES = ['config.json', 'preprocessor_config.json']
const COMPANION_GRAPHS = [GRAPH, 'detector/model.onnx']

/**
 * Chooses the files that the engine runs: graphs and configs, never torch's weights beside them. Weights that graphs keep
 * in other files are not among them yet: see {@link externalFiles}.
 * @param paths every file that is there
 * @param where named in errors
 * @throws ReverieError `model_invalid` where there is no model, or no saying which
 */
export function chooseFiles(paths: readonly string[], where: string): Choice {
  const there = new Set(paths)
  const choose = (wanted: readonly string[]) =>
    wanted.filter((path) => there.has(path)).map((path) => ({ from: path, to: path }))
  if (isCheckpointFolder(there)) {
    const { graphs, configs } = checkpointFiles(there, where)
    return { form: 'checkpoint', graphs: choose(graphs), files: choose([...configs, ...graphs]) }
  }
  if (there.has(GRAPH)) {
    const graphs = choose(COMPANION_GRAPHS)
    return { form: 'companion', graphs, files: [...choose(COMPANION_FILES), ...graphs] }
  }
  const [adapter, ...adapters] = paths.filter((path) => /^[^/]+\.safetensors$/.test(path))
  const [graph, ...graphs] = paths.filter((path) => /^[^/]+\.onnx$/.test(path))
  const isPipeline = there.has('model_index.json')
  if (!isPipeline && adapter !== undefined && adapters.length === 0) {
    const file = { from: adapter, to: plainName(adapter) }
    return { form: 'adapter', graphs: [], files: [file] }
  }
  if (!isPipeline && graph !== undefined && graphs.length === 0) {
    const file = { from: graph, to: GRAPH }
    return { form: 'companion', graphs: [file], files: [...choose(COMPANION_FILES), file] }
  }
  const several = isPipeline
    ? []
    : [...paths.filter((path) => /^[^/]+\.(?:safetensors|onnx)$/.test(path))]
  throw noModel(where, isPipeline, several)
}

function noModel(where: string, isPipeline: boolean, several: readonly string[]): ReverieError {
  if (several.length > 0) {
    const shown = several.slice(0, 5).join(', ')
    return new ReverieError(
      'model_invalid',
      `${where} holds ${several.length} models (${shown}${several.length > 5 ? ', ...' : ''}); name one: ${where}:${several[0]}`,
      { accepted: shown },
    )
  }
  const found = isPipeline ? 'a pipeline without ONNX graphs' : 'no ONNX graphs and no adapter'
  return new ReverieError(
    'model_invalid',
    `${where} has ${found}; torch weights cannot be run. Convert it (see models convert-help) and import the folder`,
    { file: 'unet/model.onnx' },
  )
}

/** A name that a manifest takes. */
export const plainName = (path: string): string =>
  posix
    .basename(path)
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[-.]+/, '') || 'model.safetensors'

/**
 * The files that a graph keeps weights in.
 * @throws ReverieError `model_invalid` where one would lie outside the model, or is not there
 */
export function externalFiles(
  graph: ChosenFile,
  locations: readonly string[],
  paths: readonly string[],
): ChosenFile[] {
  return locations.map((location) => {
    const inside = location.replace(/^\.\//, '')
    const from = posix.join(posix.dirname(graph.from), inside)
    if (isPlainPath(inside) && paths.includes(from)) {
      return { from, to: posix.join(posix.dirname(graph.to), inside) }
    }
    throw new ReverieError(
      'model_invalid',
      `${graph.from} keeps weights in ${JSON.stringify(location.slice(0, 200))}, which is not beside it; the export is not complete`,
      { file: graph.from },
    )
  })
}
