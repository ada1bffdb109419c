/** Row-major. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

export const matrix = (rows: number, columns: number, values: Float32Array): Matrix => ({
  rows,
  columns,
  values,
})

export function transposed({ rows, columns, values }: Matrix): Matrix {
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] as number
    }
  }
  return { rows: columns, columns: rows, values: turned }
}

/** target += scale * left * right, [left.rows, right.columns]; sums of a row are kept in float64. */
export function addProduct(target: Float32Array, left: Matrix, right: Matrix, scale: number): void {
  const { columns } = right
  const row = new Float64Array(columns)
  const a = left.values
  const b = right.values
  const inner = left.columns
  const whole = inner - (inner % 4)
  for (let i = 0; i < left.rows; i++) {
    row.fill(0)
    const from = i * inner
    // Four rows of the right matrix at once: a quarter of the loads and stores of the sum.
    for (let k = 0; k < whole; k += 4) {
      const a0 = a[from + k] as number
      const a1 = a[from + k + 1] as number
      const a2 = a[from + k + 2] as number
      const a3 = a[from + k + 3] as number
      const b0 = k * columns
      const b1 = b0 + columns
      const b2 = b1 + columns
      const b3 = b2 + columns
      for (let j = 0; j < columns; j++) {
        row[j] =
          (row[j] as number) +
          a0 * (b[b0 + j] as number) +
          a1 * (b[b1 + j] as number) +
          a2 * (b[b2 + j] as number) +
          a3 * (b[b3 + j] as number)
      }
    }
    for (let k = whole; k < inner; k++) {
      const a0 = a[from + k] as number
      for (let j = 0; j < columns; j++) {
        row[j] = (row[j] as number) + a0 * (b[k * columns + j] as number)
      }
    }
    const to = i * columns
    for (let j = 0; j < columns; j++) {
      target[to + j] = (target[to + j] as number) + scale * (row[j] as number)
    }
  }
}

export function product(left: Matrix, right: Matrix): Matrix {
  const values = new Float32Array(left.rows * right.columns)
  addProduct(values, left, right, 1)
  return { rows: left.rows, columns: right.columns, values }
}
