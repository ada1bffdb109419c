/** A settings text in its three parts, nothing interpreted. */
export interface SplitSettings {
  readonly prompt: string
  readonly negativePrompt: string
  /** Names and values of the last line; empty when the text has no such line. */
  readonly values: ReadonlyMap<string, string>
}

/** `name: value` or `name: "JSON text"`, then a comma or the end. Every alternative consumes: no text makes it slow. */
const PAIR = /\s*(\w[\w \-/]{0,60}):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)/gy
/** Fewer pairs than this may as well be a prompt's own words. */
const LEAST_PAIRS = 3
const NEGATIVE = 'Negative prompt:'

/** As AUTOMATIC1111's own reader splits it: the last line if it holds three pairs, the negative prompt from its label on. */
export function splitSettings(text: string): SplitSettings {
  const lines = text.trim().split(/\r?\n/)
  const last = pairsOf(lines.at(-1) ?? '')
  const hasLine = last.size >= LEAST_PAIRS
  const body = hasLine ? lines.slice(0, -1) : lines
  const at = body.findIndex((line) => line.trimStart().startsWith(NEGATIVE))
  const prompt = at < 0 ? body : body.slice(0, at)
  const negative = at < 0 ? [] : body.slice(at)
  return {
    prompt: prompt.join('\n').trim(),
    negativePrompt: negative.join('\n').trim().slice(NEGATIVE.length).trim(),
    values: hasLine ? last : new Map(),
  }
}

function pairsOf(line: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  PAIR.lastIndex = 0
  for (;;) {
    const match = PAIR.exec(line)
    if (match === null) return pairs
    const [, name = '', value = ''] = match
    pairs.set(name, unquoted(value.trim()))
    // A pair at the very end matches once more as nothing.
    if (PAIR.lastIndex >= line.length) return pairs
  }
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value
  try {
    return String(JSON.parse(value))
  } catch {
    return value
  }
}
