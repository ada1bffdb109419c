import * as z from 'zod/mini'
import type { GraphCache } from '../graph/graph-cache.ts'
import type { GraphDraft } from '../graph/graph-draft.ts'
import { addHiddenStates, readFinalNorm } from '../graph/hidden-states.ts'
import { addEmbeddings, type NamedVectors } from './add-embeddings.ts'
import type { EmbeddingVectors } from './embedding-file.ts'
import type { Part } from './lora-keys.ts'
import { mergeLoras, type WeightedLora } from './merge-loras.ts'

/** What is to be done to one graph of a checkpoint. */
export interface PartRequest {
  readonly part: Part
  readonly base: string
  readonly loras: readonly WeightedLora[]
  readonly embeddings: readonly {
    readonly name: string
    readonly file: string
    readonly vectors: EmbeddingVectors
  }[]
  readonly hiddenStates?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

const PartFacts = z.object({
  loras: z.array(z.object({ matched: z.int(), unmatched: z.array(z.string()) })),
  ids: z.record(z.string(), z.array(z.int())),
  layers: z.optional(z.int()),
  finalNorm: z.optional(
    z.object({ weight: z.array(z.number()), bias: z.array(z.number()), epsilon: z.number() }),
  ),
})
/** What an edit found out, kept beside the graph. */
export type PartFacts = z.infer<typeof PartFacts>

/** The edited graph of one part, from the cache or made now; the base itself where nothing is to be done. */
export async function editPart(
  cache: GraphCache,
  request: PartRequest,
): Promise<{ path: string; facts: PartFacts }> {
  const { part, base } = request
  const loras = request.loras.filter(({ lora }) => lora.modules.some((each) => each.part === part))
  const embeddings = part === 'unet' ? [] : request.embeddings
  const wantsStates = part !== 'unet' && request.hiddenStates !== false
  const untouched = { loras: request.loras.map(() => NOTHING), ids: {} }
  if (loras.length + embeddings.length === 0 && !wantsStates)
    return { path: base, facts: untouched }

  const key = JSON.stringify({
    part,
    wantsStates,
    loras: await Promise.all(
      loras.map(async ({ lora, weight }) => [await cache.hashOf(lora.file), weight]),
    ),
    embeddings: await Promise.all(
      embeddings.map(async ({ name, file }) => [name, await cache.hashOf(file)]),
    ),
  })
  const { path, facts } = await cache.edited({ base, key, facts: PartFacts, edit })
  // A LoRA without modules for this part does not count: the graph is the same with it.
  const reports = request.loras.map((lora) => facts.loras[loras.indexOf(lora)] ?? NOTHING)
  return { path, facts: { ...facts, loras: reports } }

  async function edit(draft: GraphDraft): Promise<PartFacts> {
    const states = wantsStates ? addHiddenStates(draft.model, draft.edits) : undefined
    const finalNorm = wantsStates ? await readFinalNorm(draft.model) : undefined
    const ids =
      embeddings.length === 0 ? undefined : await addEmbeddings(draft, vectorsFor(part, embeddings))
    const reports = await mergeLoras(draft, loras, part, () => request.signal?.throwIfAborted())
    return {
      loras: reports.map(({ matched, unmatched }) => ({ matched, unmatched: [...unmatched] })),
      ids: Object.fromEntries(ids ?? []),
      ...(states && { layers: states.layers }),
      ...(finalNorm && {
        finalNorm: {
          weight: [...finalNorm.weight],
          bias: [...finalNorm.bias],
          epsilon: finalNorm.epsilon,
        },
      }),
    }
  }
}

const NOTHING = { matched: 0, unmatched: [] }

const vectorsFor = (part: Part, embeddings: PartRequest['embeddings']): NamedVectors[] =>
  embeddings.map(({ name, file, vectors }) => {
    if (vectors.kind === 'single') return { name, file, vectors: vectors.vectors }
    return { name, file, vectors: part === 'textEncoder' ? vectors.first : vectors.second }
  })
