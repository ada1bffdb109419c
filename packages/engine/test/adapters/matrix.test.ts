import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addProduct, matrix, product, transposed } from '../../src/adapters/matrix.ts'

const size = fc.integer({ min: 1, max: 9 })
const operands = fc.tuple(size, size, size).chain(([rows, inner, columns]) => {
  const values = (length: number) =>
    fc.array(fc.integer({ min: -8, max: 8 }), { minLength: length, maxLength: length })
  return fc.tuple(values(rows * inner), values(inner * columns)).map(([a, b]) => ({
    left: matrix(rows, inner, Float32Array.from(a)),
    right: matrix(inner, columns, Float32Array.from(b)),
  }))
})

it('addProduct adds the scaled product of matrices of any size', () => {
  fc.assert(
    fc.property(operands, ({ left, right }) => {
      const target = new Float32Array(left.rows * right.columns).fill(3)
      addProduct(target, left, right, 0.5)
      const expected = target.map((_, i) => {
        const row = Math.floor(i / right.columns)
        const column = i % right.columns
        let sum = 0
        for (let k = 0; k < left.columns; k++) {
          const a = left.values[row * left.columns + k] as number
          sum += a * (right.values[k * right.columns + column] as number)
        }
        return 3 + 0.5 * sum
      })
      expect(target).toEqual(expected)
    }),
  )
})

it('the turned product is the product of the turned factors in the other order', () => {
  fc.assert(
    fc.property(operands, ({ left, right }) => {
      const turned = transposed(product(left, right))
      // Adding 0 makes -0 and 0 one.
      const expected = product(transposed(right), transposed(left)).values.map((value) => value + 0)
      expect(turned.values.map((value) => value + 0)).toEqual(expected)
    }),
  )
})
