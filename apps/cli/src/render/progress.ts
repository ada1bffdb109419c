import type { RenderEvent } from '@reverie/core'
import { printable } from '@reverie/trust'
import { bar, duration } from '../terminal/bar.ts'
import { createLiveLines } from '../terminal/live-lines.ts'
import type { Terminal } from '../terminal/terminal.ts'

const BAR_CHARS = 20
/** A picture a line; more than this would fill the screen. */
const MAX_LINES = 8

/** What a render's events look like to the artist. */
export interface RenderProgress {
  event(event: RenderEvent): void
  /** A line that stays. */
  note(line: string): void
  end(): void
}

/** A worker's name is a stranger's text. */
const nameOf = (name: string): string => printable(name).slice(1, -1)

/** What a job is doing, in words; undefined where there is nothing to watch any more. */
export function describeEvent(event: RenderEvent, worker: string | undefined): string | undefined {
  switch (event.type) {
    case 'queued': {
      const place = event.position === 0 ? 'next in line' : `${event.position} go first`
      return `waiting, ${place}${event.reason ? `: ${event.reason.message}` : ''}`
    }
    case 'assigned':
      return `${bar(0, 1, BAR_CHARS)} starting  ${nameOf(event.worker.name)}`
    case 'progress': {
      const eta = event.etaMs === undefined ? '' : `  ${duration(event.etaMs)} left`
      return `${bar(event.step, event.of, BAR_CHARS)} step ${event.step}/${event.of}${eta}  ${nameOf(worker ?? '')}`
    }
    default:
      return undefined
  }
}

/** Bars on a terminal; elsewhere one line whenever a picture starts, waits or is handed on. */
export function createProgress(terminal: Terminal): RenderProgress {
  const live = terminal.live ? createLiveLines(terminal) : undefined
  const lines = new Map<number, string>()
  const workers = new Map<number, string>()
  const said = new Map<number, string>()

  const show = () => {
    const open = [...lines.entries()].toSorted(([a], [b]) => a - b)
    const rest = open.length - MAX_LINES
    const shown = open.slice(0, MAX_LINES).map(([index, line]) => `${index + 1} ${line}`)
    live?.show(rest > 0 ? [...shown, `  and ${rest} more`] : shown)
  }

  return {
    event: (event) => {
      if (event.type === 'done') return
      if (event.type === 'assigned') workers.set(event.index, event.worker.name)
      const line = describeEvent(event, workers.get(event.index))
      if (line === undefined) lines.delete(event.index)
      else lines.set(event.index, line)
      if (live) return show()
      if (line === undefined || event.type === 'progress') return
      const words = event.type === 'assigned' ? `rendering on ${nameOf(event.worker.name)}` : line
      if (said.get(event.index) === words) return
      said.set(event.index, words)
      terminal.say(`${event.index + 1} ${words}`)
    },
    note: (line) => (live ? live.above(line) : terminal.say(line)),
    end: () => live?.clear(),
  }
}
