const MAX_CHARS = 300

/**
 * Text of a stranger, in quotes, safe to print: control and formatting characters (terminal escapes, bidirectional
 * overrides, lone surrogates) become \u{...}, and what is longer than 300 characters is cut.
 */
export function printable(text: string): string {
  const characters = Array.from(text.slice(0, MAX_CHARS * 2))
  const shown = characters.slice(0, MAX_CHARS).join('').replaceAll(/["\\]/g, escaped)
  const isCut = characters.length > MAX_CHARS || text.length > MAX_CHARS * 2
  return `"${withoutControls(shown)}${isCut ? '…' : ''}"`
}

/** The same for a sentence of ours that may quote a stranger: no quotes, no cut. Joiners of scripts and emoji stay. */
export const withoutControls = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu, escaped)

const escaped = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
