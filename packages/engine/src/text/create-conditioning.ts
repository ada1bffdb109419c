import type { PromptPart } from '../prompt/parse-prompt.ts'
import { scheduledAt } from '../prompt/schedule.ts'
import type { Conditioning, TextCondition, WeightedCondition } from './conditioning.ts'

/** A prompt's parts over a run; `conditions` holds every text of theirs. */
export function createConditioning(
  parts: readonly PromptPart[],
  conditions: ReadonlyMap<string, TextCondition>,
): Conditioning {
  // What differs between two calls is which texts count: the same texts give the same array.
  const numbers = new Map<string, number>()
  const known = new Map<string, readonly WeightedCondition[]>()
  const numberOf = (text: string): number => {
    const number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    return number
  }
  return {
    at(call) {
      const texts = parts.map((part) => scheduledAt(part.texts, call)?.text ?? '')
      const key = texts.map(numberOf).join()
      const weighted =
        known.get(key) ??
        texts.flatMap((text, i): WeightedCondition[] => {
          const condition = conditions.get(text)
          return condition === undefined ? [] : [{ condition, weight: parts[i]?.weight ?? 1 }]
        })
      known.set(key, weighted)
      return weighted
    },
  }
}
