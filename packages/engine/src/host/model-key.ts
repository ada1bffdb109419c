import type { JobSpec, ManifestCid } from '@reverie/core'

/** Names a checkpoint with everything that a job builds into its graphs: each set of LoRAs and embeddings is a model of its own. */
export const modelKey = (
  cid: ManifestCid,
  { loras = [], embeddings = [] }: Pick<JobSpec, 'loras' | 'embeddings'> = {},
): string =>
  [
    cid,
    ...loras.map(({ model, weight }) => `lora ${model} ${weight}`).toSorted(),
    ...embeddings.map(({ model }) => `embedding ${model}`).toSorted(),
  ].join('\n')
