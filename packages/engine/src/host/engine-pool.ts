import { type ManifestCid, ReverieError } from '@reverie/core'
import type { DeviceEngine } from './device-engine.ts'
import { cancelled, closed } from './stop.ts'

/** Engines of several devices as one: as many renders at once as there are devices. */
export interface EnginePool extends DeviceEngine {
  /** Renders that run at once. */
  readonly slots: number
}

/** A render that waits for a device. */
interface Waiting {
  readonly model: ManifestCid
  readonly give: (engine: DeviceEngine) => void
}

/**
 * Gives each render to a free device, one that has its model warm where there is a choice. Those waiting are served in the
 * order they came. `numericClass` is the first device's; each image states its own.
 * @param engines one per device; the pool closes them
 */
export function createEnginePool(engines: readonly DeviceEngine[]): EnginePool {
  const [first] = engines
  if (first === undefined) throw new ReverieError('internal', 'a pool needs at least one engine')
  const free = new Set(engines)
  let waiting: Waiting[] = []
  let closing: Promise<void> | undefined

  const hand = (engine: DeviceEngine) => {
    const [next, ...rest] = waiting
    if (next === undefined) return void free.add(engine)
    waiting = rest
    next.give(engine)
  }

  const takeFree = (model: ManifestCid): DeviceEngine | undefined => {
    const choices = [...free]
    const engine = choices.find((each) => each.warm().includes(model)) ?? choices[0]
    if (engine !== undefined) free.delete(engine)
    return engine
  }

  /** A free engine, now or when its turn comes. */
  const take = async (model: ManifestCid, signal: AbortSignal | undefined) => {
    if (signal?.aborted) throw cancelled()
    const now = takeFree(model)
    if (now !== undefined) return now
    const { promise, resolve, reject } = Promise.withResolvers<DeviceEngine>()
    const entry: Waiting = { model, give: resolve }
    waiting.push(entry)
    const leave = () => {
      waiting = waiting.filter((each) => each !== entry)
      reject(cancelled())
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  return {
    slots: engines.length,
    get numericClass() {
      return first.numericClass
    },
    warm: () => [...new Set(engines.flatMap((engine) => engine.warm()))],
    // A job may meet any of the devices: only what passed on all of them is proven.
    proven(model) {
      const sizes = engines.map((engine) => engine.proven(model))
      const known = sizes.filter((size) => size !== undefined)
      return known.length < engines.length ? undefined : Math.min(...known)
    },
    async load(model) {
      await Promise.all(engines.map((engine) => engine.load(model)))
    },
    async render(model, spec, options = {}) {
      if (closing !== undefined) throw closed()
      const engine = await take(model.cid, options.signal)
      try {
        // Those that waited when it was closed are told by the engine they are given.
        return await engine.render(model, spec, options)
      } finally {
        hand(engine)
      }
    },
    close() {
      closing ??= Promise.all(engines.map((engine) => engine.close())).then(() => {})
      return closing
    },
  }
}
