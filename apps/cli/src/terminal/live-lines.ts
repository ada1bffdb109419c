import { fit } from './bar.ts'
import type { Terminal } from './terminal.ts'

/** Lines at the bottom of a terminal that are drawn over as they change. */
export interface LiveLines {
  /** Replaces what is shown. */
  show(lines: readonly string[]): void
  /** Prints a line above, for good. */
  above(line: string): void
  /** Takes them away. */
  clear(): void
}

const UP = '\u001b[1A'
const CLEAR = '\u001b[2K'

export function createLiveLines(terminal: Terminal): LiveLines {
  let shown: readonly string[] = []
  const erase = () => `${`${UP}${CLEAR}`.repeat(shown.length)}\r`
  const render = (lines: readonly string[]) =>
    lines.map((line) => `${fit(line, terminal.columns)}\n`).join('')
  return {
    show: (lines) => {
      if (lines.length === shown.length && lines.every((line, i) => line === shown[i])) return
      terminal.draw(erase() + render(lines))
      shown = lines
    },
    above: (line) => terminal.draw(`${erase()}${line}\n${render(shown)}`),
    clear: () => {
      terminal.draw(erase())
      shown = []
    },
  }
}
