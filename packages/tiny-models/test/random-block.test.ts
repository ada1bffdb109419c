import { expect, it } from 'vitest'
import { createRandomBlock } from '../src/random-block.ts'

it('weights are small, spread around 0 and the same every time', () => {
  const block = createRandomBlock()
  const values = new Float32Array(block.buffer)
  let [sum, squares, largest] = [0, 0, 0]
  for (const value of values) {
    sum += value
    squares += value * value
    largest = Math.max(largest, Math.abs(value))
  }
  expect(largest).toBeLessThanOrEqual(0.03)
  expect(Math.abs(sum / values.length)).toBeLessThan(1e-4)
  expect(Math.sqrt(squares / values.length)).toBeCloseTo(0.03 / Math.sqrt(3), 4)
  expect(Buffer.compare(block, createRandomBlock())).toBe(0)
})
