/** What one check of `doctor` found. `note`: worth knowing, no problem. */
export interface Finding {
  readonly name: string
  readonly status: 'ok' | 'note' | 'problem'
  /** What was found, with its value. */
  readonly text: string
  /** What to do about it. */
  readonly fix?: string
}

export const ok = (name: string, text: string): Finding => ({ name, status: 'ok', text })
export const note = (name: string, text: string, fix?: string): Finding => ({
  name,
  status: 'note',
  text,
  ...(fix ? { fix } : {}),
})
export const problem = (name: string, text: string, fix: string): Finding => ({
  name,
  status: 'problem',
  text,
  fix,
})
