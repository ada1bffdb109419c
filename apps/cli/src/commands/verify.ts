import { EXIT, MAX_IMAGE_BYTES, ReverieError } from '@reverie/core'
import { type CheckStatus, type Verification, verifyImage } from '@reverie/trust'
import type { Command, Context } from '../command.ts'
import { readPicture } from '../read-picture.ts'
import type { Style } from '../terminal/style.ts'

/** A picture, and room for the receipt and the request beside it. */
const MAX_FILE_BYTES = MAX_IMAGE_BYTES + 1024 * 1024

const MARKS: Record<CheckStatus, (style: Style) => string> = {
  passed: ({ green }) => green('✔'),
  failed: ({ red }) => red('✘'),
  absent: ({ dim }) => dim('–'),
  not_checkable: ({ dim }) => dim('–'),
}

function tell(path: string, { checks, summary }: Verification, { terminal }: Context): void {
  const style = terminal.outStyle
  terminal.print(style.bold(path))
  const notMade = checks.filter(({ status }) => status === 'not_checkable')
  for (const { status, sentence } of checks) {
    if (status !== 'not_checkable') terminal.print(`${MARKS[status](style)} ${sentence}`)
  }
  const [first] = notMade
  if (first) {
    terminal.print(`${MARKS.not_checkable(style)} ${first.sentence} (${notMade.length} checks)`)
  }
  terminal.print(summary)
}

export const verify: Command = {
  name: 'verify',
  operands: '<image...>',
  summary: 'check offline who rendered a picture, and with what',
  flags: {},
  examples: ['verify red-apple-81f3.png', 'verify --json *.png'],
  run: async ({ operands }, context) => {
    if (operands.length === 0) {
      throw new ReverieError('invalid_option', 'The picture to verify is missing.', {
        accepted: 'one or more PNG files',
      })
    }
    let isAllVerified = true
    for (const path of operands) {
      try {
        const verification = verifyImage(await readPicture(path, MAX_FILE_BYTES))
        isAllVerified &&= verification.verdict === 'verified'
        if (context.json) context.terminal.print(JSON.stringify({ file: path, ...verification }))
        else tell(path, verification, context)
      } catch (cause) {
        // One file that cannot be read must not keep the others from being checked.
        const error = ReverieError.from(cause)
        if (error.code !== 'file_unreadable') throw error
        isAllVerified = false
        if (context.json) {
          context.terminal.print(JSON.stringify({ file: path, error: error.toObject() }))
        } else context.terminal.print(`${context.terminal.outStyle.red('✘')} ${error.message}`)
      }
    }
    return isAllVerified ? EXIT.ok : EXIT.checkFailed
  },
}
