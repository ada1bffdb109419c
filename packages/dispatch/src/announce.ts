import { type EventBus, type RenderId, type RenderRecords, renderStateOf } from '@reverie/core'

/** Publishes `done` once every job of the render is final. */
export async function announceIfDone(
  { records, events }: { records: RenderRecords; events: EventBus },
  id: RenderId,
): Promise<void> {
  const render = await records.render(id)
  if (!render) return
  const state = renderStateOf(render.jobs.map((job) => job.state))
  if (state !== 'queued' && state !== 'rendering') events.publish(id, { type: 'done', state })
}
