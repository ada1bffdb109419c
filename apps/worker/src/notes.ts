import { type EngineImage, NOTE_LIMITS } from '@reverie/core'

/** What an engine says about a picture, cut to what travels; nothing where it says nothing. */
export function saidAbout({ notes, flagged }: Pick<EngineImage, 'notes' | 'flagged'>): {
  readonly notes?: string[]
  readonly flagged?: true
} {
  const kept = notes.slice(0, NOTE_LIMITS.notes).map(cut)
  return { ...(kept.length > 0 ? { notes: kept } : {}), ...(flagged ? { flagged } : {}) }
}

const cut = (note: string): string => {
  const text = note.toWellFormed()
  if (text.length <= NOTE_LIMITS.chars) return text
  // The cut may fall into a surrogate pair: half of one has no UTF-8.
  return `${text.slice(0, NOTE_LIMITS.chars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
