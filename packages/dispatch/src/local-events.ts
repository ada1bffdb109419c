import type { EventBus, Logger, RenderEvent, RenderId } from '@reverie/core'

type Listener = (event: RenderEvent) => void

/** The EventBus of one coordinator process. */
export function createLocalEvents(logger: Logger): EventBus {
  const listeners = new Map<RenderId, Set<Listener>>()

  return {
    publish: (render, event) => {
      for (const listener of listeners.get(render) ?? []) {
        try {
          listener(event)
        } catch (error) {
          logger.error('event listener threw', { type: event.type, reason: String(error) })
        }
      }
    },
    subscribe: (render, listener) => {
      const ofRender = listeners.get(render) ?? new Set()
      listeners.set(render, ofRender.add(listener))
      return () => {
        ofRender.delete(listener)
        if (ofRender.size === 0 && listeners.get(render) === ofRender) listeners.delete(render)
      }
    },
    watched: () => new Set(listeners.keys()),
  }
}
