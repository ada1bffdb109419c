import type { Clock, JobId, JobQueue, Lane, QueueEntry } from '@reverie/core'
import { systemClock } from '@reverie/core'

export interface MemoryQueueOptions {
  readonly clock?: Clock
  /** Milliseconds after a crash until the dead holder's claims wait again. */
  readonly claimExpiryMs?: number
}

/** One process's view of a queue in memory. */
export interface MemoryQueue extends JobQueue {
  /** Another process on the same queue. */
  fork(): MemoryQueue
  /** Ends this process as SIGKILL does: its claims wait again after `claimExpiryMs`, and it hears nothing more. */
  crash(): void
}

interface Slot {
  readonly entry: QueueEntry
  /** Order within a priority; a released entry gets a number below all others. */
  rank: number
  holder: object | undefined
}

interface SharedState {
  readonly slots: Map<JobId, Slot>
  readonly listeners: Set<(lane: Lane) => void>
  lastRank: number
  firstRank: number
}

const goesBefore = (a: Slot, b: Slot): boolean =>
  a.entry.priority !== b.entry.priority ? a.entry.priority < b.entry.priority : a.rank < b.rank

/** A {@link JobQueue} in memory, held to the same suite as the real one. */
export function createMemoryQueue(options: MemoryQueueOptions = {}): MemoryQueue {
  const { clock = systemClock, claimExpiryMs = 5_000 } = options
  const shared: SharedState = {
    slots: new Map(),
    listeners: new Set(),
    lastRank: 0,
    firstRank: 0,
  }
  return openView(shared, clock, claimExpiryMs)
}

function openView(shared: SharedState, clock: Clock, claimExpiryMs: number): MemoryQueue {
  const { slots } = shared
  const holder = {}
  const own = new Set<(lane: Lane) => void>()

  const announce = (lane: Lane) => {
    // As from the real queue, the news comes after the call that caused it has returned.
    queueMicrotask(() => {
      for (const listener of [...shared.listeners]) listener(lane)
    })
  }
  const inLane = (lane: Lane) =>
    [...slots.values()].filter((slot) => !slot.holder && slot.entry.lane === lane)
  const letWait = (slot: Slot) => {
    slot.holder = undefined
    slot.rank = --shared.firstRank
    announce(slot.entry.lane)
  }
  const held = () => [...slots.values()].filter((slot) => slot.holder === holder)
  const unsubscribeAll = () => {
    for (const listener of own) shared.listeners.delete(listener)
    own.clear()
  }

  return {
    fork: () => openView(shared, clock, claimExpiryMs),
    crash() {
      unsubscribeAll()
      for (const slot of held()) {
        clock.after(claimExpiryMs, () => {
          if (slots.get(slot.entry.job) === slot && slot.holder === holder) letWait(slot)
        })
      }
    },
    async add(entries) {
      const lanes = new Set<Lane>()
      for (const entry of entries) {
        if (slots.has(entry.job)) continue
        slots.set(entry.job, { entry, rank: ++shared.lastRank, holder: undefined })
        lanes.add(entry.lane)
      }
      for (const lane of lanes) announce(lane)
    },
    async claim(lane) {
      const waiting = inLane(lane)
      const [first, ...rest] = waiting
      if (!first) return undefined
      const next = rest.reduce((best, slot) => (goesBefore(slot, best) ? slot : best), first)
      next.holder = holder
      return { job: next.entry.job, lane }
    },
    async release(job) {
      const slot = slots.get(job)
      if (slot?.holder === holder) letWait(slot)
    },
    async remove(job) {
      slots.delete(job)
    },
    entries: async () => [...slots.keys()],
    async waiting() {
      const counts = new Map<Lane, number>()
      for (const { entry, holder } of slots.values()) {
        if (!holder) counts.set(entry.lane, (counts.get(entry.lane) ?? 0) + 1)
      }
      return counts
    },
    async positions(jobs) {
      const positions = new Map<JobId, number>()
      for (const job of jobs) {
        const slot = slots.get(job)
        if (!slot || slot.holder) continue
        const before = inLane(slot.entry.lane).filter((other) => goesBefore(other, slot))
        positions.set(job, before.length)
      }
      return positions
    },
    onWaiting(listener) {
      own.add(listener)
      shared.listeners.add(listener)
      return () => {
        own.delete(listener)
        shared.listeners.delete(listener)
      }
    },
    async close() {
      unsubscribeAll()
      for (const slot of held()) letWait(slot)
    },
  }
}
