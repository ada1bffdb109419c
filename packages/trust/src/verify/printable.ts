const MAX_CHARS = 300

/**
 * Text of a stranger, in quotes, safe to print: control and formatting characters (terminal escapes, bidirectional
 * overrides, lone surrogates) become \u{...}, and what is longer than 300 characters is cut.
 */
export function printable(text: string): string {
  const characters = Array.from(text.slice(0, MAX_CHARS * 2))
  const shown = characters.slice(0, MAX_CHARS).map(escape).join('')
  const isCut = characters.length > MAX_CHARS || text.length > MAX_CHARS * 2
  return `"${shown}${isCut ? '…' : ''}"`
}

const escape = (character: string): string =>
  /[\p{C}\p{Zl}\p{Zp}"\\]/u.test(character)
    ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
    : character
