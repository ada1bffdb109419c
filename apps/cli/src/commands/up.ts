import { refuseOperands } from '../args/operands.ts'
import type { Command } from '../command.ts'
import { jsonReport, textReport } from '../up/report.ts'
import { runUp } from '../up/run-up.ts'
import { parseUpOptions, UP_FLAGS } from '../up/up-options.ts'

export const up: Command = {
  name: 'up',
  summary: 'run a coordinator and one worker here',
  flags: UP_FLAGS,
  examples: ['up', 'up --port 8000', 'up --host 0.0.0.0 --no-worker'],
  run: (input, context) => {
    refuseOperands(input)
    const options = parseUpOptions(input.values)
    const report = context.json ? jsonReport(context) : textReport(context, () => performance.now())
    return runUp(options, context, report)
  },
}
