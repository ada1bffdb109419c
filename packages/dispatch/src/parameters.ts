import {
  type RenderId,
  type RenderParameters,
  type RenderRecords,
  ReverieError,
} from '@reverie/core'

/** Renders whose parameters are kept in memory. */
const KEPT = 1_000

/** A render's parameters never change: they are read once, whatever the number of its jobs. */
export type ReadParameters = (render: RenderId) => Promise<RenderParameters>

export function createParameters(records: Pick<RenderRecords, 'render'>): ReadParameters {
  const kept = new Map<RenderId, RenderParameters>()

  return async (id) => {
    const known = kept.get(id)
    if (known) return known
    const render = await records.render(id)
    if (!render) throw new ReverieError('internal', `a job names render ${id}, which has no row`)
    const [oldest] = kept.keys()
    if (oldest && kept.size >= KEPT) kept.delete(oldest)
    kept.set(id, render.parameters)
    return render.parameters
  }
}
