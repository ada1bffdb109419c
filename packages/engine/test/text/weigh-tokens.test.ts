import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyLayerNorm } from '../../src/text/layer-norm.ts'
import { multiplyTokens, weighAroundEmpty } from '../../src/text/weigh-tokens.ts'

const mean = (values: Float32Array) => values.reduce((sum, each) => sum + each, 0) / values.length

describe('multiplied weights', () => {
  it('scale each token by its own', () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6)
    multiplyTokens(values, [1, 2, 0.5], false)
    expect([...values]).toEqual([1, 2, 6, 8, 2.5, 3])
  })

  it('keep the mean of all where it is restored', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: Math.fround(0.1), max: 10, noNaN: true }), {
          minLength: 6,
          maxLength: 6,
        }),
        fc.array(fc.float({ min: Math.fround(0.1), max: 2, noNaN: true }), {
          minLength: 3,
          maxLength: 3,
        }),
        (numbers, weights) => {
          const values = Float32Array.from(numbers)
          const before = mean(values)
          multiplyTokens(values, weights, true)
          expect(mean(values)).toBeCloseTo(before, 3)
        },
      ),
    )
  })

  it('stay finite where nothing is left to scale by', () => {
    const values = Float32Array.of(1, 2, 3, 4)
    multiplyTokens(values, [0, 0], true)
    expect([...values]).toEqual([0, 0, 0, 0])
  })
})

it('weights around the empty prompt move along the line from it', () => {
  const values = Float32Array.of(1, 2, 3, 4)
  weighAroundEmpty(values, [1, 1.5], Float32Array.of(9, 9, 1, 0))
  expect([...values]).toEqual([1, 2, 4, 6])
})

it('the layer norm gives torch’s numbers', () => {
  // torch.nn.functional.layer_norm(tensor([[1, 2, 4], [-3, 0, 5]]), [3], tensor([1, 2, .5]), tensor([0, 1, -1]), 1e-5)
  const values = Float32Array.of(1, 2, 4, -3, 0, 5)
  applyLayerNorm(values, {
    weight: Float32Array.of(1, 2, 0.5),
    bias: Float32Array.of(0, 1, -1),
    epsilon: 1e-5,
  })
  expect([...values].map((value) => Number(value.toFixed(5)))).toEqual([
    -1.06904, 0.46548, -0.33185, -1.11117, 0.59594, -0.3434,
  ])
})
