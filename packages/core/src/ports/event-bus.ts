import type { RenderId } from '../ids.ts'
import type { RenderEvent } from '../render-event.ts'

/** Carries render events from the dispatcher to whoever watches. Best effort: the database has the state, events only say "look now". */
export interface EventBus {
  publish(render: RenderId, event: RenderEvent): void
  /** Returns the unsubscribe function. */
  subscribe(render: RenderId, listener: (event: RenderEvent) => void): () => void
  /** Renders that someone watches now. */
  watched(): ReadonlySet<RenderId>
}
