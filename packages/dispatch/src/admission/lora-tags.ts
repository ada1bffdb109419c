import { invalid } from './refusals.ts'

/** A LoRA named inside a prompt. */
export interface LoraTag {
  readonly name: string
  readonly weight: number
}

/** AUTOMATIC1111's form: `<lora:name>` or `<lora:name:0.8>`; what follows a second colon is for parts that we do not weigh apart. */
const TAG = /<lora:([^:<>]+)(?::([^<>]*))?>/g

const LIMIT = 4
const ACCEPTED = `<lora:name:weight> with a weight from -${LIMIT} to ${LIMIT}`

/**
 * Takes the LoRA tags out of a prompt.
 * @throws ReverieError `invalid_parameter` for a weight that is no number in range
 */
export function takeLoraTags(prompt: string): {
  readonly prompt: string
  readonly tags: readonly LoraTag[]
} {
  const tags = [...prompt.matchAll(TAG)].map(([, name = '', rest]) => ({
    name: name.trim(),
    weight: weightOf(rest),
  }))
  return tags.length === 0 ? { prompt, tags } : { prompt: prompt.replaceAll(TAG, '').trim(), tags }
}

function weightOf(rest: string | undefined): number {
  if (rest === undefined) return 1
  const [first = ''] = rest.split(':')
  const weight = first.trim() === '' ? Number.NaN : Number(first)
  if (Math.abs(weight) <= LIMIT) return weight
  throw invalid('prompt', 'has a LoRA tag whose weight is not one', ACCEPTED)
}
