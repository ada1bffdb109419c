import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@reverie/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChildEngine } from '../../src/host/child-engine.ts'
import { createInProcessEngine } from '../../src/host/in-process.ts'
import { createSizeTable } from '../../src/host/memory/size-table.ts'
import type { Tensor } from '../../src/runtime/ort-backend.ts'
import { ortFailure } from '../../src/runtime/ort-failure.ts'
import { demoModel, demoSpec } from '../fixtures/demo-model.ts'
import { forkLimited } from '../fixtures/fork-limited.ts'
import { createScriptedBackend, sd1Graphs } from '../fixtures/scripted-backend.ts'

const noMemory = () =>
  ortFailure(
    new Error('Failed to allocate memory for requested buffer of size 1342177280'),
    'engine_failed',
    'a model call failed',
  )

/** A UNet that has memory for calls of so many values at most. */
const tightUnet = (values: number, calls: number[] = []) =>
  sd1Graphs({
    unet: {
      run: ({ sample }: Readonly<Record<string, Tensor>>) => {
        calls.push(sample?.dims[0] ?? 0)
        if ((sample?.data.length ?? 0) > values) throw noMemory()
      },
    },
  })

describe('a render that is short of memory', () => {
  it('is made with less, says so, and the next one of its size begins there', async () => {
    const { manifest, cid } = await demoModel()
    const values = 4 * (manifest.size.min / 8) ** 2
    const rows: number[] = []
    const sizes = createSizeTable()
    const engine = createInProcessEngine({
      backend: createScriptedBackend(tightUnet(values, rows)),
      sizes,
    })
    const spec = await demoSpec({ steps: 2, cfgScale: 4 })
    const image = await engine.render(await demoModel(), spec)
    expect(image.notes).toEqual([expect.stringContaining('short of memory')])
    expect(image.trajectory).toHaveLength(3)
    expect(rows.slice(0, 2)).toEqual([2, 2])
    expect(sizes.rungFor(cid, spec.width * spec.height)).toBe(2)
    rows.length = 0
    await engine.render(await demoModel(), spec)
    expect(rows).toEqual([1, 1, 1, 1])
    await engine.close()
  })

  it('is refused with the largest size that passed where nothing helps, and then without a try', async () => {
    const { manifest } = await demoModel()
    const { min, step } = manifest.size
    const calls: number[] = []
    const graphs = tightUnet(2 * 4 * (min / 8) ** 2, calls)
    const engine = createInProcessEngine({ backend: createScriptedBackend(graphs) })
    await engine.render(await demoModel(), await demoSpec({ cfgScale: 4 }))
    const large = await demoSpec({ width: min + 3 * step, height: min + 3 * step, cfgScale: 4 })
    const refused = {
      code: 'out_of_memory',
      facts: { field: 'width', accepted: `at most ${min * min} pixels` },
    }
    await expect(engine.render(await demoModel(), large)).rejects.toMatchObject(refused)
    calls.length = 0
    await expect(engine.render(await demoModel(), large)).rejects.toMatchObject(refused)
    expect(calls).toEqual([])
    await engine.render(await demoModel(), await demoSpec())
    await engine.close()
  })
})

describe('in a process whose memory is limited for real', () => {
  let data: string
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'reverie-memory-'))
  })
  afterEach(() => rm(data, { recursive: true, force: true }))

  const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0
  if (!hasPrlimit) console.log('skipped: there is no prlimit on this machine to limit memory with')

  it.skipIf(!hasPrlimit)(
    'a size that does not fit is refused, and the next job goes on',
    async () => {
      const logger = createRecordingLogger()
      const learnedFile = join(data, 'cpu.json')
      const fork = forkLimited()
      const engine = await createChildEngine({ fork, logger }, { threads: 1, learnedFile })
      const demo = await demoModel()
      const size = { ...demo.manifest.size, max: LARGE_SIDE }
      const model = { ...demo, manifest: { ...demo.manifest, size } }
      await engine.render(model, await demoSpec({ steps: 1 }))
      fork.leave(FREE_BYTES)
      const large = await demoSpec({ steps: 1, width: LARGE_SIDE, height: LARGE_SIDE })
      await expect(engine.render(model, large)).rejects.toMatchObject({
        code: 'out_of_memory',
        facts: { field: 'width' },
      })
      const { trajectory } = await engine.render(model, await demoSpec({ steps: 1 }))
      expect(trajectory).toHaveLength(2)
      expect(JSON.parse(await readFile(learnedFile, 'utf8'))).toMatchObject({
        models: { [model.cid]: { failed: { pixels: LARGE_SIDE ** 2 } } },
      })
      await engine.close()
    },
  )
})

/** A size whose attention takes half a gigabyte at once, and address space that is enough for all but that. */
const LARGE_SIDE = 1024
const FREE_BYTES = 256 * 1024 * 1024
