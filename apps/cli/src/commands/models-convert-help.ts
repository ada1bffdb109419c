import { EXIT, ReverieError } from '@reverie/core'
import { didYouMean } from '../args/suggest.ts'
import type { Command } from '../command.ts'
import { convertGuides } from '../models/convert-guides.ts'
import { HALVE_SCRIPT } from '../models/halve-script.ts'
import { printTable } from '../terminal/table.ts'

export const modelsConvertHelp: Command = {
  name: 'models convert-help',
  operands: '[sd1|sd2|sdxl|turbo|lcm|file|lora|upscaler]',
  summary: 'the commands that make a model of this kind run here',
  flags: { script: { type: 'boolean', about: 'print halve.py only, to be piped into a file' } },
  examples: [
    'models convert-help sdxl',
    'models convert-help lora',
    'models convert-help sd1 --script > halve.py',
  ],
  run: async ({ operands, values }, { terminal, json, self }) => {
    const guides = convertGuides(self)
    const [what] = operands
    if (values.script) {
      terminal.print(HALVE_SCRIPT)
      return EXIT.ok
    }
    if (what === undefined) {
      const rows = Object.entries(guides).map(([name, { about }]) => [name, about])
      if (json) terminal.print(JSON.stringify({ guides: Object.fromEntries(rows) }))
      else printTable(terminal, rows)
      return EXIT.ok
    }
    const guide = Object.hasOwn(guides, what) ? guides[what] : undefined
    if (guide === undefined) {
      const names = Object.keys(guides)
      throw new ReverieError(
        'invalid_option',
        `There is no guide for "${what}".${didYouMean(what, names)}`,
        { field: what, accepted: names.join(', ') },
      )
    }
    const { about, lines, halves } = guide
    if (json) {
      terminal.print(JSON.stringify({ about, lines, ...(halves ? { script: HALVE_SCRIPT } : {}) }))
      return EXIT.ok
    }
    const { bold, dim } = terminal.outStyle
    terminal.print(bold(about))
    terminal.print('')
    for (const line of lines) terminal.print(line.startsWith('#') ? dim(line) : line)
    if (halves) {
      terminal.print('')
      terminal.print(dim('# ---- halve.py'))
      terminal.print(HALVE_SCRIPT)
    }
    return EXIT.ok
  },
}
