import { type ModelFamily, ReverieError } from '@reverie/core'
import { type AdaptedGraphs, applyAdapters, type PartGraphs } from '../adapters/index.ts'
import type { GraphCache } from '../graph/index.ts'

/** What is added to a checkpoint before it is opened; files as they were downloaded. */
export interface AdapterFiles {
  /** In a set of their own with a weight each: they are summed. */
  readonly loras: readonly { readonly file: string; readonly weight: number }[]
  /** Textual inversions; `name` is what a prompt calls them by. */
  readonly embeddings: readonly { readonly name: string; readonly file: string }[]
}

/**
 * The graphs to open: with adapters added, and with the text encoders' hidden states where a cache is there to keep such
 * graphs in. Without a cache the files are opened as they are, and clip skip works only where the export allows it.
 * @throws ReverieError as `applyAdapters`; `invalid_option` for adapters without a cache
 */
export async function adaptGraphs(
  family: ModelFamily,
  graphs: PartGraphs,
  { loras, embeddings }: AdapterFiles,
  cache: GraphCache | undefined,
): Promise<AdaptedGraphs> {
  if (cache !== undefined) {
    return applyAdapters({ cache }, { family, graphs, loras, embeddings })
  }
  if (loras.length + embeddings.length > 0) {
    throw new ReverieError(
      'invalid_option',
      'LoRAs and textual inversions are written into copies of graphs, and no cache for these is given; set graphCache',
      { field: 'graphCache' },
    )
  }
  const none: ReadonlyMap<string, readonly number[]> = new Map()
  return {
    graphs,
    embeddings: { textEncoder: none, textEncoder2: none },
    layers: {},
    finalNorm: undefined,
    notes: [],
  }
}
