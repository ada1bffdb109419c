import { describe, expect, it } from 'vitest'
import { createTurns } from '../../src/timing/turns.ts'

const never = () => new AbortController().signal

describe('turns', () => {
  it('let so many go on at a time, the others in the order they came', async () => {
    const turns = createTurns(2)
    const [first] = [await turns.take(never()), await turns.take(never())]
    const order: string[] = []
    const third = turns.take(never()).then((giveBack) => {
      order.push('third')
      return giveBack
    })
    const fourth = turns.take(never()).then(() => order.push('fourth'))
    await Promise.resolve()
    expect(order).toEqual([])
    first()
    ;(await third)()
    await fourth
    expect(order).toEqual(['third', 'fourth'])
  })

  it('pass over one who has left the line', async () => {
    const turns = createTurns(1)
    const giveBack = await turns.take(never())
    const leaving = new AbortController()
    const gone = turns.take(leaving.signal)
    const next = turns.take(never())
    leaving.abort(new Error('too long'))
    await expect(gone).rejects.toThrow('too long')
    giveBack()
    await expect(next).resolves.toBeTypeOf('function')
    await expect(turns.take(leaving.signal)).rejects.toThrow('too long')
  })
})
