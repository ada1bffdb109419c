import type { Lane } from '@reverie/core'
import type { IQueueBackend } from 'bullmq'

/** BullMQ keeps a log of events that nobody here reads; this many per lane stay. */
const KEPT_EVENTS = '100'

/** One BullMQ queue per lane, all over one connection. */
export interface Lanes {
  /** What the names of all our BullMQ queues start with. */
  readonly prefix: string
  /** The BullMQ queue of a lane, set up on first use. */
  open(lane: Lane): Promise<IQueueBackend>
  /** The name of a lane's BullMQ queue. */
  queueOf(lane: Lane): string
  /** Undefined when the queue is not one of our lanes. */
  laneOf(queue: string): Lane | undefined
}

export function createLanes(backend: IQueueBackend, name: string): Lanes {
  const prefix = `${name}/`
  const opened = new Map<Lane, Promise<IQueueBackend>>()
  const queueOf = (lane: Lane) => prefix + lane

  const setUp = async (lane: Lane): Promise<IQueueBackend> => {
    const queue = backend.forQueue(queueOf(lane))
    await queue.setQueueMeta({ 'opts.maxLenEvents': KEPT_EVENTS })
    return queue
  }

  return {
    prefix,
    queueOf,
    laneOf: (queue) => (queue.startsWith(prefix) ? queue.slice(prefix.length) : undefined),
    open(lane) {
      const known = opened.get(lane)
      if (known) return known
      const opening = setUp(lane)
      opened.set(lane, opening)
      opening.catch(() => opened.delete(lane))
      return opening
    },
  }
}
