import type { PromptSyntax } from '@reverie/core'

/** Whatever AUTOMATIC1111 takes for a reference to another network. */
const ANY_TAG = /<([\p{L}\p{N}_]+):([^>]+)>/gu
/** Where angle brackets are text otherwise, only the tags that people paste. */
const NETWORK_TAG = /<(lora|lyco|hypernet):([^>]+)>/giu

/** A prompt without its tags, and a sentence for each. */
export interface Untagged {
  readonly text: string
  readonly notes: readonly string[]
}

/** Takes `<lora:name:0.8>` and its like out of a prompt: what is still there when a prompt is encoded was not asked for as a model. */
export function removeNetworkTags(text: string, syntax: PromptSyntax): Untagged {
  if (syntax === 'plain') return { text, notes: [] }
  const notes: string[] = []
  // Without this cut every "<" would look for a ">" up to the end.
  const end = text.lastIndexOf('>') + 1
  const cleaned = text
    .slice(0, end)
    .replaceAll(syntax === 'a1111' ? ANY_TAG : NETWORK_TAG, (tag: string) => {
      notes.push(`${shortened(tag)} in the prompt names no model of this job and is left out`)
      return ''
    })
  return { text: cleaned + text.slice(end), notes }
}

const SHOWN_CHARS = 60

const shortened = (tag: string): string =>
  tag.length <= SHOWN_CHARS ? tag : `${tag.slice(0, SHOWN_CHARS - 1)}…`
