import { NOTE_LIMITS } from '@reverie/core'
import { buildManifestCid, buildSha256 } from '@reverie/testkit'
import { describe, expect, it, vi } from 'vitest'
import { finish, lora, model, other, spec, started } from './worker-rig.ts'

describe('a worker with jobs beyond plain text-to-image', () => {
  it('offers every model that it has, and says which is loaded when that changes', async () => {
    const { link, clock } = await started()
    expect(link.announced.at(-1)).toMatchObject({
      models: [model.cid, lora.cid, other.cid],
      warm: [model.cid],
    })
    const before = link.announced.length
    for (const { cid } of [model, other, other]) {
      const job = link.give(spec({ model: cid }))
      await finish(clock)
      await job.end
    }
    expect(link.announced).toHaveLength(before + 1)
    expect(link.announced.at(-1)?.warm).toEqual([other.cid])
  })

  it('hands further models and fetched pictures to the engine', async () => {
    const { link, clock, engine } = await started()
    const image = buildSha256('a picture')
    const file = Uint8Array.of(1, 2, 3)
    link.inputs.set(image, file)
    const given = spec({
      init: { image, strength: 0.5, fit: 'crop' },
      loras: [{ model: lora.cid, weight: 0.5 }],
    })
    const job = link.give(given)
    await finish(clock)
    expect(await job.end).toEqual({ type: 'finished' })
    expect(link.asked).toEqual([{ job: given.job, hash: image }])
    expect(engine.given).toEqual([
      { images: new Map([[image, file]]), models: new Map([[lora.cid, lora]]) },
    ])
  })

  it('says which further model it lacks, and blames nobody for a picture that it cannot fetch now', async () => {
    const { link, engine } = await started()
    const lacking = link.give(spec({ loras: [{ model: buildManifestCid(98), weight: 1 }] }))
    expect(await lacking.end).toMatchObject({
      type: 'fault',
      error: {
        code: 'worker_refused',
        message: expect.stringContaining(buildManifestCid(98)),
      },
    })
    const init = { image: buildSha256('x'), strength: 0.5, fit: 'crop' }
    expect(await link.give(spec({ init })).end).toMatchObject({
      error: { code: 'input_invalid' },
    })
    const cut = link.give(spec({ init }))
    link.drop()
    expect(await cut.end).toMatchObject({ error: { code: 'worker_refused' } })
    expect(engine.begun).toEqual([])
  })

  it('shows what a picture looks like so far, twice a second at most', async () => {
    const { link, clock } = await started()
    // The first picture tells how fast the model is: 10 ms a step.
    for (const steps of [20, 100]) {
      const job = link.give(spec({ steps }))
      await finish(clock)
      await job.end
      const shown = job.progress.flatMap(({ step, preview }) => (preview ? [step] : []))
      expect(shown).toEqual(steps === 20 ? [4] : [50, 100])
    }
  })

  it('delivers what the engine says about a picture, cut to what travels', async () => {
    const { link, clock, engine } = await started()
    const long = `${'x'.repeat(NOTE_LIMITS.chars - 2)}\u{1F480}\u{1F480}`
    engine.sayNext({ notes: [long, ...Array(50).fill('cut')], flagged: true })
    const job = link.give(spec())
    await finish(clock)
    await job.end
    await vi.waitFor(() => expect(link.delivered).toHaveLength(1))
    const [{ notes = [], flagged } = {}] = link.delivered
    expect(flagged).toBe(true)
    expect(notes).toHaveLength(NOTE_LIMITS.notes)
    expect(notes[0]).toBe(`${'x'.repeat(NOTE_LIMITS.chars - 2)}…`)
  })
})
