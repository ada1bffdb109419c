import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type JobEvent,
  JobState,
  nextJobState,
  nextWorkerState,
  type WorkerEvent,
  WorkerState,
} from '../../packages/core/src/index.ts'
import { errorReference } from '../docs/error-reference.ts'
import { diagramTransitions, tableTransitions } from '../docs/state-diagram.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFile(resolve(root, path), 'utf8')

// Records, so that the compiler misses an event that is left out.
const JOB_EVENTS: Record<JobEvent, true> = {
  lease: true,
  release: true,
  complete: true,
  fail: true,
  cancel: true,
}
const WORKER_EVENTS: Record<WorkerEvent, true> = {
  checked: true,
  connected: true,
  disconnected: true,
  busy: true,
  idle: true,
  drain: true,
  stop: true,
  fail: true,
}
const keysOf = <K extends string>(record: Record<K, true>) => Object.keys(record) as K[]

describe('ARCHITECTURE.md', () => {
  it("draws the job's states as the table has them", async () => {
    const drawn = diagramTransitions(await read('.github/ARCHITECTURE.md'), 'Job')
    expect(drawn).toEqual(tableTransitions(JobState.options, keysOf(JOB_EVENTS), nextJobState))
  })

  it("draws the worker's states as the table has them", async () => {
    const drawn = diagramTransitions(await read('.github/ARCHITECTURE.md'), 'Worker')
    expect(drawn).toEqual(
      tableTransitions(WorkerState.options, keysOf(WORKER_EVENTS), nextWorkerState),
    )
  })
})

describe('ERRORS.md', () => {
  it("is the table of core's error codes", async () => {
    expect(await read('.github/ERRORS.md')).toBe(errorReference())
  })
})
