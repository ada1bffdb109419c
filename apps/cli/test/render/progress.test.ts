import type { JobId, PeerId, RenderEvent } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createProgress, describeEvent } from '../../src/render/progress.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'

const job = { job: 'j' as JobId, index: 0 }
const assigned = (name: string): RenderEvent => ({
  type: 'assigned',
  ...job,
  worker: { peer: 'p' as PeerId, name },
  attempt: 1,
})
const step: RenderEvent = { type: 'progress', ...job, step: 5, of: 20, etaMs: 1_500 }

const written = (isTTY: boolean) => {
  const chunks: string[] = []
  const stream = { write: (text: string) => chunks.push(text), isTTY, columns: 60 }
  return { terminal: createTerminal(stream, stream, {}), text: () => chunks.join('') }
}

describe('describeEvent', () => {
  it('says the place in line and the reason for waiting', () => {
    const reason = { code: 'busy', message: 'every worker is rendering' } as const
    expect(describeEvent({ type: 'queued', ...job, position: 2, reason }, undefined)).toBe(
      'waiting, 2 go first: every worker is rendering',
    )
    expect(describeEvent({ type: 'queued', ...job, position: 0 }, undefined)).toBe(
      'waiting, next in line',
    )
  })

  it('shows step, time left and worker', () => {
    expect(describeEvent(step, 'Ada')).toBe('━━━━━─────────────── step 5/20  1.5 s left  Ada')
  })

  it('never passes a terminal escape of a worker name on', () => {
    expect(describeEvent(assigned('\u001b[2Jevil'), undefined)).not.toContain('\u001b')
  })
})

describe('createProgress', () => {
  it('prints plain lines without steps where nothing can be drawn over', () => {
    const { terminal, text } = written(false)
    const progress = createProgress(terminal)
    for (const event of [assigned('Ada'), step, assigned('Ada')]) progress.event(event)
    progress.end()
    expect(text()).toBe('1 rendering on Ada\n')
  })

  it('leaves only the notes on a terminal when it ends', () => {
    const { terminal, text } = written(true)
    const progress = createProgress(terminal)
    progress.event(assigned('Ada'))
    progress.event(step)
    progress.note('saved')
    progress.end()
    expect(text()).toContain('step 5/20')
    // Erasing the one line that is shown is the last thing drawn.
    expect(text().endsWith('\u001b[1A\u001b[2K\r')).toBe(true)
  })
})
