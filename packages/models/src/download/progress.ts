import type { Clock } from '@reverie/core'

/** How far a pull is. */
export interface PullProgress {
  readonly phase: 'waiting' | 'listing' | 'downloading' | 'finishing'
  /** Bytes that are here, of all that are known to be needed. */
  readonly bytes: number
  readonly of: number
  /** Bytes a second over the last ten; undefined until there is something to measure. */
  readonly rate: number | undefined
  /** Time left, ms. */
  readonly etaMs: number | undefined
  /** Files under way. */
  readonly files: readonly {
    readonly path: string
    readonly bytes: number
    readonly of: number | undefined
  }[]
}

export interface ProgressMeter {
  phase(phase: PullProgress['phase']): void
  /** All files that are known to be needed by now. */
  expect(files: readonly { readonly path: string; readonly size?: number | undefined }[]): void
  file(path: string, bytes: number): void
  done(path: string, size: number): void
}

const EVERY_MS = 100
const WINDOW_MS = 10_000
const SAMPLE_MS = 500

export function createProgressMeter(
  clock: Pick<Clock, 'now'>,
  emit: (progress: PullProgress) => void,
): ProgressMeter {
  const sizes = new Map<string, number | undefined>()
  const here = new Map<string, number>()
  const finished = new Set<string>()
  let phase: PullProgress['phase'] = 'listing'
  let emittedAt = Number.NEGATIVE_INFINITY
  let samples: { readonly at: number; readonly bytes: number }[] = []

  const total = (values: Iterable<number | undefined>) => {
    let sum = 0
    for (const value of values) sum += value ?? 0
    return sum
  }
  const measure = (at: number, bytes: number): number | undefined => {
    const last = samples.at(-1)
    // Bytes that are thrown away, or found on the disk at once, are no rate.
    if (last !== undefined && bytes < last.bytes) samples = []
    if (last === undefined || at - last.at >= SAMPLE_MS) samples.push({ at, bytes })
    samples = samples.filter((sample) => at - sample.at <= WINDOW_MS)
    const [first] = samples
    if (first === undefined || at - first.at < SAMPLE_MS) return undefined
    return ((bytes - first.bytes) * 1_000) / (at - first.at)
  }
  const tell = (isForced: boolean) => {
    const at = clock.now()
    if (!isForced && at - emittedAt < EVERY_MS) return
    emittedAt = at
    const bytes = total(here.values())
    const of = Math.max(bytes, total(sizes.values()))
    const rate = phase === 'downloading' ? measure(at, bytes) : undefined
    emit({
      phase,
      bytes,
      of,
      rate,
      etaMs: rate ? ((of - bytes) * 1_000) / rate : undefined,
      files: [...here]
        .filter(([path]) => !finished.has(path))
        .map(([path, count]) => ({ path, bytes: count, of: sizes.get(path) })),
    })
  }
  return {
    phase(next) {
      phase = next
      tell(true)
    },
    expect(files) {
      for (const { path, size } of files) sizes.set(path, size)
      tell(true)
    },
    file(path, bytes) {
      // What lay on the disk before was not downloaded now.
      if (!here.has(path)) samples = []
      here.set(path, bytes)
      tell(false)
    },
    done(path, size) {
      here.set(path, size)
      sizes.set(path, size)
      finished.add(path)
      tell(true)
    },
  }
}
