import { ManifestCid } from '@reverie/core'
import * as z from 'zod/mini'

const Pixels = z.int().check(z.gte(1))
const Time = z.int().check(z.gte(0))

/** What a device has learned about one model. */
const ModelSizes = z.strictObject({
  /** How guidance is computed here, once it was measured. */
  guidance: z.optional(z.enum(['batched', 'split'])),
  /** Sizes that were rendered. */
  passed: z
    .array(
      z.strictObject({
        pixels: Pixels,
        /** How far memory had to be saved: an index into the ladder, 0 for not at all. */
        rung: z.int().check(z.gte(0), z.lte(9)),
        /** Bytes at its peak, where the device tells. */
        peak: z.optional(z.int().check(z.gte(0))),
      }),
    )
    .check(z.maxLength(200)),
  /** The smallest size that did not fit, however much was saved. */
  failed: z.optional(z.strictObject({ pixels: Pixels, at: Time })),
})

/** What a device has learned: a file of its own in the data folder. */
export const LearnedSizes = z.strictObject({
  v: z.literal(1),
  models: z.record(ManifestCid, ModelSizes),
})
export type LearnedSizes = z.infer<typeof LearnedSizes>

export const NOTHING_LEARNED: LearnedSizes = { v: 1, models: {} }

/** How long a size that did not fit is not tried again, milliseconds: other programs come and go. */
const RETRY_AFTER_MS = 24 * 60 * 60 * 1000

/** Which sizes of which models this device can render, learned from renders. Sizes are pixels drawn at once. */
export interface SizeTable {
  /** Where the ladder is to be entered: what this size, or a smaller one, needed before. */
  rungFor(model: ManifestCid, pixels: number): number
  /** False for a size that did not fit, or that cannot by what smaller ones took of `memory` bytes. */
  mayFit(model: ManifestCid, pixels: number, memory?: number): boolean
  /** Largest that passed; undefined before any. */
  largest(model: ManifestCid): number | undefined
  passed(model: ManifestCid, pixels: number, rung: number, peak: number | undefined): void
  failed(model: ManifestCid, pixels: number): void
  guidance(model: ManifestCid): 'batched' | 'split' | undefined
  chose(model: ManifestCid, guidance: 'batched' | 'split'): void
}

type Sizes = z.infer<typeof ModelSizes>
type Passed = Sizes['passed'][number]

/**
 * @param now milliseconds since the epoch
 * @param onChange told of everything learned that is new
 */
export function createSizeTable(
  learned: LearnedSizes = NOTHING_LEARNED,
  now: () => number = Date.now,
  onChange: (learned: LearnedSizes) => void = () => {},
): SizeTable {
  let models: Readonly<Record<string, Sizes>> = learned.models
  const of = (model: ManifestCid): Sizes => models[model] ?? { passed: [] }
  const change = (model: ManifestCid, sizes: Sizes) => {
    models = { ...models, [model]: sizes }
    onChange({ v: 1, models })
  }

  return {
    rungFor: (model, pixels) =>
      Math.max(
        0,
        ...of(model)
          .passed.filter((each) => each.pixels <= pixels)
          .map(({ rung }) => rung),
      ),
    mayFit(model, pixels, memory = Number.POSITIVE_INFINITY) {
      const { passed, failed } = of(model)
      if (passed.some((each) => each.pixels >= pixels)) return true
      if (failed && pixels >= failed.pixels && now() - failed.at < RETRY_AFTER_MS) return false
      return leastPeak(passed, pixels) <= memory
    },
    largest(model) {
      const sizes = of(model).passed.map(({ pixels }) => pixels)
      return sizes.length === 0 ? undefined : Math.max(...sizes)
    },
    passed(model, pixels, rung, peak) {
      const { passed, failed, ...rest } = of(model)
      const before = passed.find((each) => each.pixels === pixels)
      const isNew = before === undefined || before.rung !== rung || (before.peak ?? 0) < (peak ?? 0)
      if (!isNew) return
      const highest = Math.max(before?.peak ?? 0, peak ?? 0)
      const entry: Passed = { pixels, rung, ...(highest > 0 ? { peak: Math.round(highest) } : {}) }
      const others = passed.filter((each) => each !== before)
      change(model, {
        ...rest,
        passed: [...others, entry].toSorted((a, b) => a.pixels - b.pixels),
        ...(failed !== undefined && failed.pixels > pixels ? { failed } : {}),
      })
    },
    failed(model, pixels) {
      const { passed, failed, ...rest } = of(model)
      change(model, {
        ...rest,
        // A size that passed once and does not any more is no size to advertise.
        passed: passed.filter((each) => each.pixels < pixels),
        failed: { pixels: Math.min(pixels, failed?.pixels ?? pixels), at: now() },
      })
    },
    guidance: (model) => of(model).guidance,
    chose: (model, guidance) => change(model, { ...of(model), guidance }),
  }
}

/** Bytes that a size takes at least: memory grows with pixels or faster, so a line through the two largest is a lower bound. */
function leastPeak(passed: readonly Passed[], pixels: number): number {
  const [large, small] = passed
    .filter(({ peak, rung }) => peak !== undefined && rung === 0)
    .toSorted((a, b) => b.pixels - a.pixels)
  if (large?.peak === undefined || small?.peak === undefined) return 0
  const slope = (large.peak - small.peak) / (large.pixels - small.pixels)
  return large.peak + Math.max(0, slope) * (pixels - large.pixels)
}
