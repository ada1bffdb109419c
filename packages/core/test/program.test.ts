import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type ProgramHost, type ProgramMessage, ReverieError, runProgram } from '../src/index.ts'

function fakeHost() {
  const emitter = new EventEmitter()
  const exits: number[] = []
  const messages: ProgramMessage[] = []
  const host: ProgramHost = {
    on: (event: string, listener: (...args: never[]) => void) =>
      emitter.on(event, listener as (...args: unknown[]) => void),
    send: (message) => messages.push(message),
    exit: (code) => exits.push(code),
  }
  return { emitter, exits, messages, host }
}

const start = async (stop: () => Promise<void>) => ({ facts: { url: 'x' }, stop })
const complain = () => {}

describe('a program', () => {
  it.each(['SIGINT', 'SIGTERM', 'disconnect'])(
    'tells it is ready and stops politely on %s',
    async (event) => {
      const { emitter, exits, messages, host } = fakeHost()
      const steps: string[] = []
      const run = runProgram(host, {
        start: () => start(async () => void steps.push('stopped')),
        complain,
      })
      emitter.emit(event)
      await run
      // A parent that is gone cannot be told.
      expect(messages).toEqual(event === 'disconnect' ? [] : [{ type: 'ready', url: 'x' }])
      expect(steps).toEqual(['stopped'])
      expect(exits).toEqual([0])
    },
  )

  it('stops politely although its parent died before it could be told', async () => {
    const { emitter, exits, host } = fakeHost()
    const steps: string[] = []
    const broken = new Error('write EPIPE')
    // As Node's own: without a callback the error comes out of nowhere.
    const send: ProgramHost['send'] = (_message, sent) =>
      sent ? sent(broken) : emitter.emit('uncaughtException', broken)
    const run = runProgram(
      { ...host, send },
      { start: () => start(async () => void steps.push('stopped')), complain },
    )
    // Ready is told before the end of the channel is read.
    await Promise.resolve()
    emitter.emit('disconnect')
    await run
    expect(steps).toEqual(['stopped'])
    expect(exits).toEqual([0])
  })

  it('exits at once on the second signal, however long stopping takes', async () => {
    const { emitter, exits, host } = fakeHost()
    const { promise, resolve } = Promise.withResolvers<void>()
    const run = runProgram(host, { start: () => start(() => promise), complain })
    emitter.emit('SIGINT')
    emitter.emit('SIGINT')
    expect(exits).toEqual([130])
    resolve()
    await run
  })

  it('that is asked to stop while it starts need not finish starting', async () => {
    const { emitter, exits, messages, host } = fakeHost()
    const run = runProgram(host, {
      start: (_tell, stopping) =>
        new Promise((_, reject) => {
          stopping.addEventListener('abort', () => reject(stopping.reason), { once: true })
        }),
      complain,
    })
    emitter.emit('SIGTERM')
    await run
    expect(messages).toEqual([])
    expect(exits).toEqual([0])
  })

  it.each([
    [new ReverieError('invalid_option', '--port: must be a port'), 2],
    [new ReverieError('address_in_use', 'port 7420'), 1],
    [new Error('surprise'), 1],
  ])('says why it cannot start: %s', async (error, code) => {
    const { exits, messages, host } = fakeHost()
    const complaints: string[] = []
    await runProgram(host, {
      start: () => Promise.reject(error),
      complain: (shown) => void complaints.push(shown.message),
    })
    expect(complaints).toEqual([error.message])
    expect(messages).toMatchObject([{ type: 'failed', error: { message: error.message } }])
    expect(exits).toEqual([code])
  })
})
