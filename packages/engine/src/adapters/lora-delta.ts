import { ReverieError } from '@reverie/core'
import type { LoraFile, LoraModule } from './lora-file.ts'
import type { LoraRole } from './lora-keys.ts'
import { type Matrix, matrix, product, transposed } from './matrix.ts'

/**
 * What an adapter adds to a weight [out, in, ...kernel], before its strength: `scale` times the product of the factors,
 * or times the one matrix [out, in * kernel].
 */
export interface LoraDelta {
  readonly scale: number
  readonly factors: readonly [Matrix] | readonly [left: Matrix, right: Matrix]
}

/** The matrix that is added to. */
export interface DeltaSize {
  readonly rows: number
  readonly columns: number
}

/**
 * Reads a module's change of its weight. LoRA and LoCon: up * down, for convolutions perhaps with a kernel between
 * (Tucker). LoHa: the elementwise product of two such. LoKr: a Kronecker product. As in LyCORIS.
 * @param size of the weight; the change of a weight of another size is not computed
 * @throws ReverieError `model_invalid` where tensors are missing or do not fit each other; `model_incompatible` where
 * the change is for a weight of another size
 */
export async function readDelta(
  lora: LoraFile,
  module: LoraModule,
  size: DeltaSize,
): Promise<LoraDelta> {
  const tensors = createReader(lora, module, size)
  const delta = await deltaOf(lora, module, tensors)
  const [left] = delta.factors
  const { columns } = delta.factors.at(-1) as Matrix
  if (left.rows !== size.rows || columns !== size.columns) throw tensors.misfit(left.rows, columns)
  return delta
}

type Reader = ReturnType<typeof createReader>

async function deltaOf(lora: LoraFile, module: LoraModule, tensors: Reader): Promise<LoraDelta> {
  const alpha = await lora.alpha(module)
  const scale = (rank: number | undefined): number => {
    if (alpha === undefined || rank === undefined) return 1
    return alpha / (lora.isRankStabilised ? Math.sqrt(rank) : rank)
  }
  if (tensors.has('down') || tensors.has('up')) {
    const down = await tensors.byRows('down')
    const up = await tensors.byRows('up')
    const right = tensors.has('mid') ? await tensors.withKernel('mid', down) : down
    return { scale: scale(down.rows), factors: [up, tensors.fitting(up, right)] }
  }
  if (tensors.has('hada_w1_a')) {
    const first = await tensors.half('hada_w1_a', 'hada_w1_b', 'hada_t1')
    const second = await tensors.half('hada_w2_a', 'hada_w2_b', 'hada_t2')
    if (first.columns !== second.columns) throw tensors.misfit(second.rows, second.columns)
    const values = first.values.map((value, i) => value * (second.values[i] as number))
    const rank = tensors.rank('hada_w1_b')
    return { scale: scale(rank), factors: [matrix(first.rows, first.columns, values)] }
  }
  if (tensors.has('lokr_w1') || tensors.has('lokr_w1_a')) {
    const first = tensors.has('lokr_w1')
      ? await tensors.byRows('lokr_w1')
      : await tensors.half('lokr_w1_a', 'lokr_w1_b', undefined)
    const second = tensors.has('lokr_w2')
      ? await tensors.byRows('lokr_w2')
      : await tensors.half('lokr_w2_a', 'lokr_w2_b', 'lokr_t2')
    const rank = tensors.rank('lokr_w2_b') ?? tensors.rank('lokr_w1_b')
    return { scale: scale(rank), factors: [tensors.kronecker(first, second)] }
  }
  return { scale: 1, factors: [await tensors.byRows('diff')] }
}

/** A module's tensors in the shapes that are needed; nothing is made that is much larger than the weight. */
function createReader(lora: LoraFile, module: LoraModule, size: DeltaSize) {
  const nameOf = (role: LoraRole): string => {
    const name = module.tensors.get(role)
    if (name === undefined) throw wrong(`the module ${module.path} has no ${role}`)
    return name
  }
  const wrong = (what: string): ReverieError =>
    new ReverieError('model_invalid', `${lora.file} is not a usable adapter: ${what}`, {
      file: lora.file,
    })
  const misfit = (rows: number, columns: number): ReverieError =>
    new ReverieError(
      'model_incompatible',
      `${lora.file} is for another family of models: it changes ${module.path} as [${rows}, ${columns}], which is [${size.rows}, ${size.columns}] in this model`,
      { file: lora.file },
    )
  const has = (role: LoraRole): boolean => module.tensors.has(role)
  const sizeFrom = (role: LoraRole, axis: number): number =>
    lora
      .shape(nameOf(role))
      .slice(axis)
      .reduce((all, each) => all * each, 1)
  const rank = (role: LoraRole): number | undefined =>
    has(role) ? lora.shape(nameOf(role))[0] : undefined
  const byRows = async (role: LoraRole): Promise<Matrix> =>
    matrix(rank(role) ?? 1, sizeFrom(role, 1), await lora.read(nameOf(role)))
  /** `right`, if it can be multiplied from the left by `left`. */
  const fitting = (left: Matrix, right: Matrix): Matrix => {
    if (left.columns === right.rows) return right
    throw wrong(
      `the factors of ${module.path} are [${left.rows}, ${left.columns}] and [${right.rows}, ${right.columns}]`,
    )
  }
  const bounded = (left: Matrix, right: Matrix): Matrix => {
    if (left.rows > size.rows || right.columns > size.columns) {
      throw misfit(left.rows, right.columns)
    }
    return product(left, fitting(left, right))
  }
  /** [p, (i, k)] = sum over q of kernel[p, q, k] * down[q, i]. */
  const withKernel = async (role: LoraRole, down: Matrix): Promise<Matrix> => {
    const [p = 0, q = 0] = lora.shape(nameOf(role))
    const kernel = sizeFrom(role, 2)
    if (q !== down.rows || down.columns * kernel > size.columns || p > size.rows) {
      throw wrong(`${nameOf(role)} [${lora.shape(nameOf(role))}] does not fit ${module.path}`)
    }
    return spread({ p, q, kernel, values: await lora.read(nameOf(role)) }, down)
  }
  return {
    has,
    rank,
    misfit,
    byRows,
    fitting,
    withKernel,
    /** [out, in * kernel]; with a kernel tensor the first factor is stored the other way round. */
    async half(a: LoraRole, b: LoraRole, kernel: LoraRole | undefined): Promise<Matrix> {
      const left = await byRows(a)
      const right = await byRows(b)
      if (kernel === undefined || !has(kernel)) return bounded(left, right)
      return bounded(transposed(left), await withKernel(kernel, right))
    },
    kronecker(first: Matrix, second: Matrix): Matrix {
      const rows = first.rows * second.rows
      const columns = first.columns * second.columns
      if (rows !== size.rows || columns !== size.columns) throw misfit(rows, columns)
      return kroneckerProduct(first, second)
    },
  }
}

/** A tensor [p, q, ...kernel]. */
interface Cube {
  readonly p: number
  readonly q: number
  /** Values of one kernel. */
  readonly kernel: number
  readonly values: Float32Array
}

function spread({ p, q, kernel, values }: Cube, down: Matrix): Matrix {
  const inputs = down.columns
  const sums = new Float32Array(p * inputs * kernel)
  for (let row = 0; row < p; row++) {
    for (let inner = 0; inner < q; inner++) {
      const from = (row * q + inner) * kernel
      for (let i = 0; i < inputs; i++) {
        const factor = down.values[inner * inputs + i] as number
        const to = (row * inputs + i) * kernel
        for (let k = 0; k < kernel; k++) {
          sums[to + k] = (sums[to + k] as number) + factor * (values[from + k] as number)
        }
      }
    }
  }
  return matrix(p, inputs * kernel, sums)
}

/** Of [a, b] and [c, d]: [a * c, b * d]. A kernel is part of d, and stays innermost. */
function kroneckerProduct(first: Matrix, second: Matrix): Matrix {
  const rows = first.rows * second.rows
  const columns = first.columns * second.columns
  const values = new Float32Array(rows * columns)
  let at = 0
  for (let row = 0; row < rows; row++) {
    const a = Math.floor(row / second.rows) * first.columns
    const c = (row % second.rows) * second.columns
    for (let b = 0; b < first.columns; b++) {
      const factor = first.values[a + b] as number
      for (let d = 0; d < second.columns; d++) {
        values[at++] = factor * (second.values[c + d] as number)
      }
    }
  }
  return matrix(rows, columns, values)
}
