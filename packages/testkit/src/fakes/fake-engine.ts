import {
  type Clock,
  type EngineImage,
  type ErrorCode,
  finishedSize,
  furtherModels,
  type ImageEngine,
  type InstalledModel,
  inputsOf,
  type JobSpec,
  type RenderInputs,
  type RenderOptions,
  ReverieError,
  systemClock,
  trajectoryLength,
} from '@reverie/core'
import { buildNumericClass } from '../builders/worker-profile.ts'
import { createSeededRandom } from '../random.ts'
import { encodePlainPng } from './plain-png.ts'

export interface FakeEngineModules {
  /** @defaultValue the system's */
  readonly clock?: Clock
}

export interface FakeEngineOptions {
  /** Milliseconds of each step. @defaultValue 0 */
  readonly stepMs?: number
}

/** An engine without inference: pictures are noise of the seed. Steps, failures and time are the test's to decide. */
export interface FakeEngine extends ImageEngine {
  /** The next render fails with this code after `afterSteps` steps. Several queue up. */
  failNext(code: ErrorCode, afterSteps?: number): void
  /** What the next picture is delivered with. Several queue up. */
  sayNext(said: Partial<Pick<EngineImage, 'notes' | 'flagged'>>): void
  /** Every spec that was begun, in order. */
  readonly begun: readonly JobSpec[]
  /** What each of them was given beside its model. */
  readonly given: readonly RenderInputs[]
}

export function createFakeEngine(
  { clock = systemClock }: FakeEngineModules = {},
  { stepMs = 0 }: FakeEngineOptions = {},
): FakeEngine {
  const begun: JobSpec[] = []
  const numericClass = buildNumericClass()
  const given: RenderInputs[] = []
  const sayings: Partial<Pick<EngineImage, 'notes' | 'flagged'>>[] = []
  const failures: { code: ErrorCode; afterSteps: number }[] = []
  const closing = new AbortController()
  let warm: InstalledModel | undefined
  let line: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = line.then(task)
    line = turn.catch(() => {})
    return turn
  }

  const check = (signal: AbortSignal | undefined) => {
    if (closing.signal.aborted) {
      throw new ReverieError('engine_failed', 'the engine is closed; create another one')
    }
    if (signal?.aborted) {
      throw new ReverieError('cancelled', 'the render was stopped before it was finished')
    }
  }

  const pause = (signal: AbortSignal | undefined): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = clock.after(stepMs, resolve)
    for (const each of [signal, closing.signal]) each?.addEventListener('abort', () => resolve())
    return promise.finally(stop)
  }

  const draw = async (
    model: InstalledModel,
    spec: JobSpec,
    { inputs = {}, previewEvery = 0, signal, onProgress = () => {} }: RenderOptions,
  ): Promise<EngineImage> => {
    check(signal)
    requireInputs(spec, inputs)
    const start = clock.now()
    begun.push(spec)
    given.push(inputs)
    warm = model
    const failure = failures.shift()
    for (let step = 1; step <= spec.steps; step++) {
      if (failure?.afterSteps === step - 1) {
        throw new ReverieError(
          failure.code,
          `the test told the engine to fail with ${failure.code}`,
        )
      }
      await pause(signal)
      check(signal)
      onProgress({
        step,
        of: spec.steps,
        etaMs: (spec.steps - step) * stepMs,
        ...(previewEvery > 0 && step % previewEvery === 0 ? { preview: previewOf(step) } : {}),
      })
    }
    const total = clock.now() - start
    const timing = { total, inference: total }
    return { ...picture(spec), ...sayings.shift(), numericClass, timing }
  }

  return {
    numericClass,
    begun,
    given,
    sayNext: (said) => void sayings.push(said),
    failNext: (code, afterSteps = 0) => void failures.push({ code, afterSteps }),
    warm: () => (warm === undefined || closing.signal.aborted ? [] : [warm.cid]),
    load: (model) =>
      inTurn(async () => {
        check(undefined)
        warm = model
      }),
    async render(model, spec, options = {}) {
      requireWithin(model, spec)
      let isWaiting = true
      const turn = inTurn(() => {
        isWaiting = false
        return draw(model, spec, options)
      })
      if (options.signal === undefined) return turn
      return Promise.race([turn, whenAbortedInLine(options.signal, () => isWaiting)])
    },
    async close() {
      closing.abort()
      await line
    },
  }
}

/** Rejects when the signal aborts while the render still waits for its turn; otherwise never settles. */
function whenAbortedInLine(signal: AbortSignal, isWaiting: () => boolean): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => {
    if (isWaiting()) {
      reject(new ReverieError('cancelled', 'the render was stopped before it was begun'))
    }
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return promise
}

function requireWithin({ manifest }: InstalledModel, spec: JobSpec): void {
  const { min, max, step } = manifest.size
  const fits = (side: number) => side >= min && side <= max && side % step === 0
  const isFine =
    fits(spec.width) &&
    fits(spec.height) &&
    spec.steps >= manifest.steps.min &&
    spec.steps <= manifest.steps.max
  if (isFine) return
  throw new ReverieError('unsupported_by_model', 'the model cannot do this size or number of steps')
}

function requireInputs(spec: JobSpec, { images, models }: RenderInputs): void {
  const missing = [
    ...inputsOf(spec).filter((hash) => !images?.has(hash)),
    ...furtherModels(spec).filter((cid) => !models?.has(cid)),
  ]
  const [first] = missing
  if (first === undefined) return
  throw new ReverieError('input_invalid', `the job names ${first}, which was not handed over`)
}

/** As much of a JPEG as tells it from other files, and which step it is of. */
const previewOf = (step: number): Uint8Array =>
  Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, step & 0xff, step >> 8)

/** Noise of the seed: the same spec gives the same bytes. */
function picture(spec: JobSpec): Omit<EngineImage, 'timing' | 'numericClass'> {
  const { seed, steps } = spec
  const { width, height } = finishedSize(spec)
  const random = createSeededRandom(Number(BigInt(seed) & 0xffff_ffffn))
  const length = (4 * spec.width * spec.height) / 64
  const trajectory = Array.from({ length: trajectoryLength(spec) }, () =>
    Float32Array.from({ length }, () => random.next() * 2 - 1),
  )
  const rgb = Uint8Array.from({ length: width * height * 3 }, () => random.next() * 256)
  const text = `${spec.prompt}\nSteps: ${steps}, Sampler: Fake, Seed: ${seed}, Size: ${width}x${height}`
  const file = encodePlainPng({ width, height, rgb, texts: [{ keyword: 'parameters', text }] })
  return { file, format: 'png', width, height, trajectory, notes: [], flagged: false }
}
