import type { JobRecord, NewRender } from './ports/records.ts'

/** The jobs of a render that has just been written, by index: queued, and tried by nobody. */
export const newJobRecords = (render: NewRender): JobRecord[] =>
  render.jobs
    .toSorted((a, b) => a.index - b.index)
    .map((job) => ({
      ...job,
      render: render.id,
      account: render.account,
      state: 'queued',
      attempt: 0,
      worker: undefined,
      excluded: [],
      image: undefined,
      failure: undefined,
      notes: [],
      flagged: false,
      createdAt: render.createdAt,
      finishedAt: undefined,
    }))
