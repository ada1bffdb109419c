import type { Denoiser } from '../samplers/sampler.ts'

/** The first of a run's model calls that a refiner answers; `switchAt` is the share of the run before it. */
export const handOverCall = (calls: number, switchAt: number): number =>
  Math.min(calls, Math.max(0, Math.round(calls * switchAt)))

/**
 * One denoiser for the first calls of a run and another from call `at` on: how a refiner takes over. Give the second one
 * `firstCall: at`, so that it counts on.
 */
export function handOver(first: Denoiser, second: Denoiser, at: number): Denoiser {
  let call = 0
  return (x, sigma) => (call++ < at ? first : second)(x, sigma)
}
