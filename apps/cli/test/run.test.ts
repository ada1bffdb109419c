import { EXIT } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../src/commands/index.ts'
import { state } from '../src/commands/state.ts'
import { run } from '../src/run.ts'
import { createTerminal } from '../src/terminal/terminal.ts'

async function type(...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = createTerminal(
    { write: (text) => out.push(text) },
    { write: (text) => err.push(text) },
    {},
  )
  const code = await run(argv, { terminal, env: {}, commands: COMMANDS, bare: state })
  return { code, out: out.join(''), err: err.join('') }
}

describe('the command line', () => {
  it('lists every command and the exit codes under --help', async () => {
    const { code, out } = await type('--help')
    expect(code).toBe(EXIT.ok)
    for (const { name } of COMMANDS) expect(out).toContain(`  ${name}`)
    expect(out).toContain('130 interrupted')
  })

  it.each(COMMANDS.map(({ name }) => name))('%s shows flags and examples', async (name) => {
    const [asFlag, asWord] = await Promise.all([
      type(...name.split(' '), '--help'),
      type('help', ...name.split(' ')),
    ])
    expect(asFlag.code).toBe(EXIT.ok)
    expect(asFlag.out).toContain('examples')
    expect(asFlag.out).toContain('--json')
    expect(asWord.out).toBe(asFlag.out)
  })

  it('prints its version', async () => {
    expect((await type('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(JSON.parse((await type('--version', '--json')).out)).toHaveProperty('version')
  })

  it.each([
    ['rendr', 'Did you mean render?'],
    ['models', 'Did you mean models list, models pull,'],
    ['banana', 'There is no command "banana".'],
  ])('answers %s with %s and the usage code', async (word, answer) => {
    const { code, err } = await type(word)
    expect(code).toBe(EXIT.usage)
    expect(err).toContain(answer)
  })

  it('tells errors in JSON where --json is given, even when a flag is wrong', async () => {
    const { code, out, err } = await type('render', 'cat', '--json', '--stepz', '4')
    expect(code).toBe(EXIT.usage)
    expect(JSON.parse(out).error.facts.field).toBe('--stepz')
    expect(err).toBe('')
  })

  it('refuses a worker without a coordinator to join', async () => {
    expect((await type('worker')).err).toContain('--join is missing')
  })
})
