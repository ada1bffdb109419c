import type { EncodedPrompts, TextCondition } from '../text/conditioning.ts'
import type { GuidanceMode } from './pipeline.ts'
import { DISLIKED, LIKED } from './time-ids.ts'

/** Rows that one UNet call is asked for. */
interface RowBatch {
  readonly rows: readonly TextCondition[]
  /** One per row, for a refiner. */
  readonly aestheticScores: readonly number[]
}

/** All that is asked in one model call of the sampler. */
export interface GuidanceRows {
  readonly calls: readonly RowBatch[]
  /** One per prediction, in the order of the rows; undefined is the negative prompt, which comes first. */
  readonly weights: readonly (number | undefined)[]
}

/** The rows of each model call; the same objects as long as the prompts do not change, so that texts are copied once. */
export function createGuidanceRows({
  positive,
  negative,
}: Pick<EncodedPrompts, 'positive' | 'negative'>): (
  call: number,
  mode: GuidanceMode,
) => GuidanceRows {
  let last:
    | { readonly parts: unknown; readonly against: unknown; readonly made: GuidanceRows }
    | undefined
  return (call, mode) => {
    const parts = positive.at(call)
    const against = negative?.at(call)
    if (last !== undefined && last.parts === parts && last.against === against) return last.made
    const asked = [
      ...(against ?? []).map(({ condition }) => ({ condition, weight: undefined })),
      ...parts,
    ]
    const batch = (of: typeof asked): RowBatch => ({
      rows: of.map(({ condition }) => condition),
      aestheticScores: of.map(({ weight }) => (weight === undefined ? DISLIKED : LIKED)),
    })
    const made = {
      calls: mode === 'batched' ? [batch(asked)] : asked.map((one) => batch([one])),
      weights: asked.map(({ weight }) => weight),
    }
    last = { parts, against, made }
    return made
  }
}
