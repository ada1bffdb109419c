import { describe, expect, it } from 'vitest'
import { createCleanupStack } from '../src/index.ts'

describe('a clean-up stack', () => {
  it('undoes in reverse, once, and tries every clean-up', async () => {
    const order: string[] = []
    const stack = createCleanupStack()
    stack.add('first', () => order.push('first'))
    stack.add('second', () => {
      order.push('second')
      throw new Error('stuck')
    })
    stack.add('third', async () => order.push('third'))

    const stopping = stack.stop()
    expect(stack.stop()).toBe(stopping)
    await expect(stopping).rejects.toThrow(AggregateError)
    expect(order).toEqual(['third', 'second', 'first'])
  })

  it('undoes at once what is added after it stopped', async () => {
    const stack = createCleanupStack()
    await stack.stop()
    const { promise, resolve } = Promise.withResolvers<void>()
    stack.add('late', resolve)
    await promise
  })
})
