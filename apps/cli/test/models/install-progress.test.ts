import { describe, expect, it } from 'vitest'
import { createInstallProgress, progressLines } from '../../src/models/install-progress.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'

const PROGRESS = {
  phase: 'downloading',
  bytes: 500_000_000,
  of: 2_000_000_000,
  rate: 12_500_000,
  etaMs: 120_000,
  files: [
    { path: 'unet/model.onnx', bytes: 30, of: 120 },
    { path: 'x.safetensors', bytes: 2_000, of: undefined },
  ],
} as const

describe('the progress of an installation', () => {
  it('shows the whole, how fast, how long, and each file under way', () => {
    const [whole, first, second] = progressLines(PROGRESS)
    expect(whole).toBe('━━━━━━────────────────── 500.0 MB of 2.0 GB  12.5 MB/s  2 min 0 s left')
    expect(first).toMatch(/^ {2}unet\/model\.onnx +25 %$/)
    expect(second).toMatch(/2\.0 kB$/)
  })

  it('is one line per thing where nothing can be drawn over', () => {
    const err: string[] = []
    const terminal = createTerminal({ write: () => {} }, { write: (text) => err.push(text) }, {})
    const progress = createInstallProgress(terminal, 'copying')
    progress.show({ ...PROGRESS, phase: 'listing' })
    for (let i = 0; i < 5; i++) progress.show({ ...PROGRESS, bytes: i })
    progress.show({ ...PROGRESS, phase: 'finishing' })
    progress.end()
    expect(err.join('')).toBe('looking what is there\ncopying 2.0 GB\n')
  })
})
