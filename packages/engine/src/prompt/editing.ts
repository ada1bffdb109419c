/** A prompt with its editing marks read: text, or what takes turns. */
export type PromptNode =
  | string
  | {
      readonly kind: 'edited'
      readonly before: readonly PromptNode[]
      readonly after: readonly PromptNode[]
      /** A number as written: with a decimal point a share of the run, without one a step. */
      readonly when: string
    }
  | { readonly kind: 'alternated'; readonly options: readonly (readonly PromptNode[])[] }

/** Brackets in brackets: no prompt that means something comes near it. */
const MAX_NESTING = 200
const WHEN = /^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*$/
const TOKENS = /(?:[^\\[\]():|]|\\[^\n])+|[[\]():|]/gu

/** A bracket that is not closed yet. */
interface Frame {
  readonly bracket: '(' | '['
  /** What stands between the separators. */
  readonly parts: PromptNode[][]
  /** ":" and "|", in order. */
  separators: string
}

/**
 * Reads the editing marks of AUTOMATIC1111's grammar, in one pass; brackets that belong to none stay text, weights
 * included. Undefined where that grammar refuses the whole text: a | outside [ ], a backslash before a line's end.
 */
export function parseEditing(text: string): PromptNode[] | undefined {
  const top: PromptNode[] = []
  const frames: Frame[] = []
  let read = 0
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (index !== read || frames.length > MAX_NESTING) return undefined
    read += token.length
    const frame = frames.at(-1)
    const into = frame?.parts.at(-1) ?? top
    if (token === '(' || token === '[') {
      frames.push({ bracket: token, parts: [[]], separators: '' })
    } else if (token === ':' || token === '|') {
      if (frame !== undefined) {
        frame.separators += token
        frame.parts.push([])
      } else if (token === '|') return undefined
      else append(top, token)
    } else if (token === ')' || token === ']') {
      const group = frame === undefined ? undefined : close(frame, token)
      if (group !== undefined) {
        frames.pop()
        for (const node of group) append(frames.at(-1)?.parts.at(-1) ?? top, node)
      } else {
        if (!loosen(frames, top)) return undefined
        append(top, token)
      }
    } else append(into, token)
  }
  return read === text.length && loosen(frames, top) ? top : undefined
}

/** Neighbouring texts become one, so that lists stay short however deep brackets nest. */
function append(into: PromptNode[], node: PromptNode): void {
  const last = into.at(-1)
  if (typeof node === 'string' && typeof last === 'string') into[into.length - 1] = last + node
  else into.push(node)
}

/** What a closed bracket means; undefined where the grammar has no such group. */
function close({ bracket, parts, separators }: Frame, closing: string): PromptNode[] | undefined {
  const [first = [], second] = parts
  if (bracket === '(') {
    if (closing !== ')' || (separators !== '' && separators !== ':')) return undefined
    return second === undefined ? ['(', ...first, ')'] : ['(', ...first, ':', ...second, ')']
  }
  if (closing !== ']') return undefined
  if (separators === '') return ['[', ...first, ']']
  if (!separators.includes(':')) return [{ kind: 'alternated', options: parts }]
  if (separators !== ':' && separators !== '::') return undefined
  const [last, ...more] = parts.at(-1) ?? []
  const when = typeof last === 'string' && more.length === 0 ? WHEN.exec(last)?.[1] : undefined
  if (when === undefined) return undefined
  const [before, after] = separators === '::' ? [first, second ?? []] : [[], first]
  return [{ kind: 'edited', before, after, when }]
}

/**
 * Makes the open brackets text: one that cannot be a group keeps all around it from being one. False where a | among them
 * is left without a group.
 */
function loosen(frames: Frame[], into: PromptNode[]): boolean {
  for (const { bracket, parts, separators } of frames.splice(0)) {
    if (separators.includes('|')) return false
    append(into, bracket)
    for (const [i, part] of parts.entries()) {
      if (i > 0) append(into, ':')
      for (const node of part) append(into, node)
    }
  }
  return true
}
