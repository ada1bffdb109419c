import { EXIT, ReverieError } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { reportError } from '../../src/terminal/report-error.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'

const told = (error: unknown, json = false) => {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = createTerminal(
    { write: (text) => out.push(text) },
    { write: (text) => err.push(text) },
    {},
  )
  const code = reportError(error, { terminal, json, self: 'reverie' })
  return { code, out: out.join(''), err: err.join('') }
}

describe('reportError', () => {
  it.each([
    ['invalid_option', EXIT.usage],
    ['unauthorized', EXIT.refused],
    ['unsupported_by_model', EXIT.refused],
    ['coordinator_unreachable', EXIT.unreachable],
    ['file_unreadable', EXIT.checkFailed],
    ['cancelled', EXIT.interrupted],
    ['address_in_use', EXIT.failed],
    ['internal', EXIT.failed],
  ] as const)('ends with the documented code for %s', (code, exit) => {
    expect(told(new ReverieError(code, 'x')).code).toBe(exit)
  })

  it('says what, what would be accepted, the fix and the code, all on stderr', () => {
    const error = new ReverieError('coordinator_unreachable', 'Nobody answers.', {
      accepted: '1 to 5',
    })
    expect(told(error)).toMatchObject({
      out: '',
      err: '✘ Nobody answers.  coordinator_unreachable\n  accepted: 1 to 5\n  fix: start one with `reverie up`, or name another with --url\n',
    })
  })

  it('answers in JSON on stdout when asked', () => {
    const { out, err } = told(new ReverieError('unauthorized', 'No key.'), true)
    expect(JSON.parse(out).error).toMatchObject({ code: 'unauthorized', message: 'No key.' })
    expect(err).toBe('')
  })

  it('shows the stack of a bug only', () => {
    expect(told(new TypeError('oops')).err).toContain('report-error.test.ts')
    expect(told(new ReverieError('forbidden', 'no')).err).not.toContain('report-error.test.ts')
  })
})
