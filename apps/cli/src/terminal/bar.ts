const DONE = '━'
const LEFT = '─'

/** A bar of `width` characters for `step` of `of`. */
export function bar(step: number, of: number, width: number): string {
  const share = of > 0 ? Math.min(1, Math.max(0, step / of)) : 0
  const done = Math.round(share * width)
  return DONE.repeat(done) + LEFT.repeat(width - done)
}

/** e.g. "0.8 s", "14 s", "2 min 5 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 119.5) return `${Math.round(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}

/** Cuts a line to the terminal's width; a longer one would wrap, and drawing over it would fail. */
export function fit(line: string, columns: number): string {
  const characters = Array.from(line)
  return characters.length < columns
    ? line
    : `${characters.slice(0, Math.max(0, columns - 2)).join('')}…`
}
