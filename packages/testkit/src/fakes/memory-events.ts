import type { EventBus, RenderEvent, RenderId } from '@reverie/core'

/** An {@link EventBus} in memory that also remembers what was published. */
export interface MemoryEvents extends EventBus {
  /** Events of one render, in order. */
  published(render: RenderId): readonly RenderEvent[]
}

export function createMemoryEvents(): MemoryEvents {
  const history = new Map<RenderId, RenderEvent[]>()
  const listeners = new Map<RenderId, Set<(event: RenderEvent) => void>>()
  return {
    publish(render, event) {
      const events = history.get(render) ?? []
      history.set(render, events)
      events.push(event)
      for (const listener of [...(listeners.get(render) ?? [])]) listener(event)
    },
    subscribe(render, listener) {
      const set = listeners.get(render) ?? new Set()
      listeners.set(render, set)
      set.add(listener)
      return () => void set.delete(listener)
    },
    watched: () =>
      new Set([...listeners].filter(([, set]) => set.size > 0).map(([render]) => render)),
    published: (render) => history.get(render) ?? [],
  }
}
