/** How UniPC scales its corrections: B(h) = h or e^h - 1 (paper, section 4.1). */
export type UnipcVariant = 'bh1' | 'bh2'

export interface UnipcWeights {
  /** Multiplies (m_k - m_0) / r_k of each earlier estimate in the predictor, one per `ratios`. */
  readonly predictor: readonly number[]
  /** The same for the corrector, and last the weight of the estimate at the step's end. */
  readonly corrector: readonly number[]
}

/**
 * Weights of one step of UniPC, with B(h) and the factor 1 / r_k left to the caller (Zhao et al., "UniPC: A Unified
 * Predictor-Corrector Framework for Fast Sampling of Diffusion Models", 2023, theorem 3.1). `ratios` are
 * (lambda_k - lambda_0) / h of the earlier estimates, `hh` is -h. Predictors of order 2 and correctors of order 1 take the
 * paper's simple 1/2.
 */
export function unipcWeights(
  ratios: readonly number[],
  hh: number,
  variant: UnipcVariant,
): UnipcWeights {
  const order = ratios.length + 1
  const points = [...ratios, 1]
  const rows = points.map((_, power) => points.map((point) => point ** power))
  const scale = scaleOf(hh, variant)
  let phi = Math.expm1(hh) / hh - 1
  let factorial = 1
  const right = points.map((_, i) => {
    const value = (phi * factorial) / scale
    factorial *= i + 2
    phi = phi / hh - 1 / factorial
    return value
  })
  const withoutEnd = rows.slice(0, -1).map((row) => row.slice(0, -1))
  return {
    predictor: order === 2 ? [0.5] : solve(withoutEnd, right.slice(0, -1)),
    corrector: order === 1 ? [0.5] : solve(rows, right),
  }
}

/** B(h). */
export const scaleOf = (hh: number, variant: UnipcVariant): number =>
  variant === 'bh1' ? hh : Math.expm1(hh)

/** Solves a small linear system by Gaussian elimination with pivoting. */
function solve(rows: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length
  const matrix = rows.map((row, i) => Float64Array.of(...row, right[i] ?? 0))
  const cell = (row: number, column: number): number => matrix[row]?.[column] ?? 0
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(cell(row, pivot)) > Math.abs(cell(best, pivot))) best = row
    }
    const [from, to] = [matrix[best], matrix[pivot]]
    if (from === undefined || to === undefined) return []
    matrix[best] = to
    matrix[pivot] = from
    for (const [row, values] of matrix.entries()) {
      if (row === pivot) continue
      const factor = cell(row, pivot) / cell(pivot, pivot)
      for (let i = pivot; i <= size; i++) values[i] = (values[i] ?? 0) - factor * (from[i] ?? 0)
    }
  }
  return matrix.map((_, i) => cell(i, size) / cell(i, i))
}
