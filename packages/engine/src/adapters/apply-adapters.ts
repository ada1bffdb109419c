import { type ModelFamily, ReverieError } from '@reverie/core'
import type { GraphCache } from '../graph/graph-cache.ts'
import type { FinalNorm } from '../graph/hidden-states.ts'
import { editPart, type PartFacts } from './edit-part.ts'
import { type EmbeddingVectors, readEmbedding } from './embedding-file.ts'
import { type LoraFile, openLora } from './lora-file.ts'
import { PARTS, type Part } from './lora-keys.ts'

interface AdapterModules {
  readonly cache: GraphCache
}

/** Paths of the graphs of a checkpoint; one without a first text encoder is SDXL's refiner. */
export type PartGraphs = { readonly [P in Part]?: string | undefined } & { readonly unet: string }

export interface AdapterRequest {
  readonly family: ModelFamily
  readonly graphs: PartGraphs
  readonly loras: readonly { readonly file: string; readonly weight: number }[]
  /** `name` is what a prompt calls the vectors by. */
  readonly embeddings: readonly { readonly name: string; readonly file: string }[]
  /** Gives text encoders the outputs `hidden_states.N` where their export lacks them. @defaultValue true */
  readonly hiddenStates?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

export interface AdaptedGraphs {
  /** Paths to open: edited, or the given ones where nothing changes. */
  readonly graphs: PartGraphs
  /** Token ids of each embedding's vectors, in order, by its name: for the tokenizer of each text encoder. */
  readonly embeddings: {
    readonly textEncoder: ReadonlyMap<string, readonly number[]>
    readonly textEncoder2: ReadonlyMap<string, readonly number[]>
  }
  /** Transformer layers of each text encoder whose graph gives hidden states. */
  readonly layers: { readonly [P in Part]?: number }
  /** The first text encoder's last normalisation, for clip skip. */
  readonly finalNorm: FinalNorm | undefined
  /** Sentences for the artist about what was left out. */
  readonly notes: readonly string[]
}

/**
 * Makes the graphs of a checkpoint with LoRAs added to the weights and textual inversions added to the vocabulary. Each
 * combination is made once and kept in the cache.
 * @throws ReverieError `model_incompatible` naming the file that does not fit; `model_invalid`, `model_file_missing`,
 * `disk_full`, `data_folder_unusable`; the signal's reason
 */
export async function applyAdapters(
  modules: AdapterModules,
  request: AdapterRequest,
): Promise<AdaptedGraphs> {
  const wanted = request.loras.filter(({ weight }) => weight !== 0)
  const embeddings = await Promise.all(
    request.embeddings.map(async (each) => ({ ...each, vectors: await readEmbedding(each.file) })),
  )
  for (const { file, vectors } of embeddings) requireEncoders(file, vectors, request)
  const opened: LoraFile[] = []
  try {
    for (const { file } of wanted) opened.push(await openLora(file))
    const loras = wanted.map(({ weight }, i) => ({ lora: opened[i] as LoraFile, weight }))
    const results = new Map<Part, { path: string; facts: PartFacts }>()
    for (const part of PARTS) {
      const base = request.graphs[part]
      if (base === undefined) continue
      request.signal?.throwIfAborted()
      results.set(
        part,
        await editPart(modules.cache, { ...request, part, base, loras, embeddings }),
      )
    }
    return gather(request, opened, results)
  } finally {
    await Promise.all(opened.map((lora) => lora.close()))
  }
}

function gather(
  request: AdapterRequest,
  loras: readonly LoraFile[],
  results: ReadonlyMap<Part, { path: string; facts: PartFacts }>,
): AdaptedGraphs {
  const notes: string[] = []
  loras.forEach((lora, i) => {
    const reports = [...results.values()].map(({ facts }) => facts.loras[i])
    const matched = reports.reduce((sum, report) => sum + (report?.matched ?? 0), 0)
    const elsewhere = lora.modules.filter((module) => !results.has(module.part))
    const missed = [
      ...reports.flatMap((report) => report?.unmatched ?? []),
      ...elsewhere.map((module) => `${module.part} ${module.path}`),
      ...lora.unknown,
    ]
    if (matched === 0) throw matchesNothing(lora, request.family, missed)
    if (missed.length > 0) notes.push(partlyUsed(lora, matched, missed))
  })
  const idsOf = (part: Part) => new Map(Object.entries(results.get(part)?.facts.ids ?? {}))
  const layersOf = (part: Part) => {
    const layers = results.get(part)?.facts.layers
    return layers === undefined ? {} : { [part]: layers }
  }
  const norm = results.get('textEncoder')?.facts.finalNorm
  return {
    graphs: {
      unet: results.get('unet')?.path ?? request.graphs.unet,
      textEncoder: results.get('textEncoder')?.path,
      textEncoder2: results.get('textEncoder2')?.path,
    },
    embeddings: { textEncoder: idsOf('textEncoder'), textEncoder2: idsOf('textEncoder2') },
    layers: { ...layersOf('textEncoder'), ...layersOf('textEncoder2') },
    finalNorm: norm && {
      weight: Float32Array.from(norm.weight),
      bias: Float32Array.from(norm.bias),
      epsilon: norm.epsilon,
    },
    notes,
  }
}

/** How many keys a sentence names, and characters of each: a hostile file's are as long as it likes. */
const EXAMPLES = 3
const EXAMPLE_CHARS = 100

const examplesOf = (names: readonly string[]): string =>
  names
    .slice(0, EXAMPLES)
    .map((name) => name.slice(0, EXAMPLE_CHARS))
    .join(', ')

function partlyUsed(lora: LoraFile, matched: number, missed: readonly string[]): string {
  const examples = examplesOf(missed)
  const more = missed.length > EXAMPLES ? ', …' : ''
  // The folder says which model it is; where that lies on a volunteer's machine is nobody's business.
  const name = lora.file.split(/[\\/]/).slice(-2).join('/')
  return `${name}: ${matched} modules were applied, ${missed.length} have no place in this model (${examples}${more})`
}

const matchesNothing = (
  lora: LoraFile,
  family: ModelFamily,
  missed: readonly string[],
): ReverieError =>
  new ReverieError(
    'model_incompatible',
    `${lora.file} has nothing that fits a model of the family ${family}; it has ${examplesOf(missed) || 'no adapter at all'}`,
    { file: lora.file, accepted: `an adapter for ${family}` },
  )

function requireEncoders(file: string, vectors: EmbeddingVectors, request: AdapterRequest): void {
  const needsPair = request.graphs.textEncoder2 !== undefined
  if (needsPair === (vectors.kind === 'pair')) return
  throw new ReverieError(
    'model_incompatible',
    `${file} is a textual inversion for models with ${needsPair ? 'one text encoder' : 'two text encoders'}, and a model of the family ${request.family} has ${needsPair ? 'two (or the second of two)' : 'one'}`,
    { file, accepted: needsPair ? 'clip_l and clip_g' : 'emb_params' },
  )
}
