import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { onPress } from '../../src/terminal/presses.ts'

describe('onPress', () => {
  it('takes a signal that arrives twice within a second for one press', () => {
    const source = new EventEmitter()
    const presses: number[] = []
    let now = 0
    onPress(
      (press) => presses.push(press),
      source as never,
      () => now,
    )
    source.emit('SIGINT')
    now = 900
    source.emit('SIGINT')
    now = 2_000
    source.emit('SIGTERM')
    expect(presses).toEqual([1, 2])
  })

  it('hears nothing after it was unsubscribed', () => {
    const source = new EventEmitter()
    const presses: number[] = []
    onPress((press) => presses.push(press), source as never)()
    source.emit('SIGINT')
    expect(presses).toEqual([])
  })
})
