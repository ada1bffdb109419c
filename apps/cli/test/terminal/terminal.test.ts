import { describe, expect, it } from 'vitest'
import { styleFor } from '../../src/terminal/style.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'

const stream = (isTTY: boolean) => ({ write: () => {}, isTTY })

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('with a terminal %j and %j are %j', (isTTY, env, isColoured) => {
    expect(styleFor(isTTY, env).red('x') !== 'x').toBe(isColoured)
  })
})

describe('createTerminal', () => {
  it('draws over lines only on a terminal that is not CI', () => {
    expect(createTerminal(stream(true), stream(true), {}).live).toBe(true)
    expect(createTerminal(stream(true), stream(false), {}).live).toBe(false)
    expect(createTerminal(stream(true), stream(true), { CI: 'true' }).live).toBe(false)
  })
})
