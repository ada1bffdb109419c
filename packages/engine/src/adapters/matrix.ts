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

/** Terms of a sum that are added at once, and rows that share what is loaded of the right matrix. */
const TERMS = 4
const ROWS = 2

/**
 * target += scale * left * right, [left.rows, right.columns]. Sums are kept in float64 and rounded once, so that every
 * machine makes the same weights.
 */
export function addProduct(target: Float32Array, left: Matrix, right: Matrix, scale: number): void {
  const { columns } = right
  const inner = roundedUp(left.columns, TERMS)
  const a = padded(left, roundedUp(left.rows, ROWS), inner)
  const b = padded(right, inner, columns)
  const even = new Float64Array(columns)
  const odd = new Float64Array(columns)
  for (let row = 0; row < left.rows; row += ROWS) {
    even.fill(0)
    odd.fill(0)
    for (let k = 0; k < inner; k += TERMS) addTerms(even, odd, a, row * inner + k, inner, b, k)
    addRow(target, row * columns, even, scale)
    if (row + 1 < left.rows) addRow(target, (row + 1) * columns, odd, scale)
  }
}

/** Four terms of two rows; a is read at `from` and a row on, b from row k on. */
function addTerms(
  even: Float64Array,
  odd: Float64Array,
  a: Float32Array,
  from: number,
  inner: number,
  b: Float32Array,
  k: number,
): void {
  const columns = even.length
  const [e0, e1, e2, e3] = [a[from], a[from + 1], a[from + 2], a[from + 3]] as Four
  const next = from + inner
  const [o0, o1, o2, o3] = [a[next], a[next + 1], a[next + 2], a[next + 3]] as Four
  const b0 = k * columns
  const b1 = b0 + columns
  const b2 = b1 + columns
  const b3 = b2 + columns
  for (let j = 0; j < columns; j++) {
    const x0 = b[b0 + j] as number
    const x1 = b[b1 + j] as number
    const x2 = b[b2 + j] as number
    const x3 = b[b3 + j] as number
    even[j] = (even[j] as number) + e0 * x0 + e1 * x1 + e2 * x2 + e3 * x3
    odd[j] = (odd[j] as number) + o0 * x0 + o1 * x1 + o2 * x2 + o3 * x3
  }
}

type Four = [number, number, number, number]

function addRow(target: Float32Array, at: number, sums: Float64Array, scale: number): void {
  for (let j = 0; j < sums.length; j++) {
    target[at + j] = (target[at + j] as number) + scale * (sums[j] as number)
  }
}

const roundedUp = (size: number, step: number): number => Math.ceil(size / step) * step

/** With zeros below and to the right; the same values where nothing is to be added. */
function padded(
  { rows, columns, values }: Matrix,
  toRows: number,
  toColumns: number,
): Float32Array {
  if (rows === toRows && columns === toColumns) return values
  const larger = new Float32Array(toRows * toColumns)
  for (let row = 0; row < rows; row++) {
    larger.set(values.subarray(row * columns, (row + 1) * columns), row * toColumns)
  }
  return larger
}

export function product(left: Matrix, right: Matrix): Matrix {
  const values = new Float32Array(left.rows * right.columns)
  addProduct(values, left, right, 1)
  return { rows: left.rows, columns: right.columns, values }
}
