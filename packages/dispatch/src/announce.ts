import { type EventBus, type RenderId, type RenderRecords, renderStateOf } from '@reverie/core'

/** Tells those who watch a render once every job of it is final. */
export async function announceIfDone(
  { records, events }: { records: RenderRecords; events: EventBus },
  id: RenderId,
): Promise<void> {
  if (!events.watched().has(id)) return
  const render = await records.render(id)
  if (!render) return
  const state = renderStateOf(render.jobs.map((job) => job.state))
  if (state !== 'queued' && state !== 'rendering') events.publish(id, { type: 'done', state })
}
