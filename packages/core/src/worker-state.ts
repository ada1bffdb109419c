import * as z from 'zod/mini'

/**
 * A worker's life. `starting`: checks its device and model. `connecting`: dials its coordinator.
 * `ready`: has a free slot. `rendering`: has none. `draining`: finishes what it has and takes nothing new.
 * `stopped` and `failed` are final.
 */
export const WorkerState = z.enum([
  'starting',
  'connecting',
  'ready',
  'rendering',
  'draining',
  'stopped',
  'failed',
])
export type WorkerState = z.infer<typeof WorkerState>

export type WorkerEvent =
  | 'checked'
  | 'connected'
  | 'disconnected'
  | 'busy'
  | 'idle'
  | 'drain'
  | 'stop'
  | 'fail'

const TRANSITIONS: Record<WorkerState, Partial<Record<WorkerEvent, WorkerState>>> = {
  starting: { checked: 'connecting', drain: 'stopped', stop: 'stopped', fail: 'failed' },
  connecting: {
    connected: 'ready',
    busy: 'connecting',
    idle: 'connecting',
    drain: 'draining',
    stop: 'stopped',
    fail: 'failed',
  },
  ready: {
    disconnected: 'connecting',
    busy: 'rendering',
    drain: 'draining',
    stop: 'stopped',
    fail: 'failed',
  },
  rendering: {
    disconnected: 'connecting',
    idle: 'ready',
    drain: 'draining',
    stop: 'stopped',
    fail: 'failed',
  },
  draining: { disconnected: 'draining', idle: 'draining', stop: 'stopped', fail: 'failed' },
  stopped: {},
  failed: {},
}

/** The state after `event`, or undefined where the event means nothing in that state. */
export const nextWorkerState = (state: WorkerState, event: WorkerEvent): WorkerState | undefined =>
  TRANSITIONS[state][event]
