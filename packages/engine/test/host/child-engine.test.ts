import { MAX_INPUT_BYTES, MAX_PREVIEW_BYTES, Sha256 } from '@reverie/core'
import {
  buildJobSpec,
  buildManifestCid,
  buildModelManifest,
  buildNumericClass,
  createFakeClock,
  createRecordingLogger,
} from '@reverie/testkit'
import { expect, it } from 'vitest'
import { createChildEngine } from '../../src/host/child-engine.ts'
import { createScriptedChild, type ScriptedChild } from '../fixtures/scripted-child.ts'

const numericClass = buildNumericClass()
const model = { cid: buildManifestCid(), manifest: buildModelManifest(), folder: '/models/pocket' }
const spec = buildJobSpec({ steps: 2 })

const image = {
  file: Uint8Array.of(1),
  format: 'png',
  width: 128,
  height: 128,
  trajectory: [new Float32Array(1)],
  numericClass,
  notes: [],
  flagged: false,
  timing: { total: 2, inference: 1 },
}

it('proves its numeric class by the process that renders', async () => {
  const engine = await createChildEngine({ fork: () => createScriptedChild(numericClass) })
  expect(engine.numericClass).toEqual(numericClass)
  await engine.close()
})

it('passes the options on, threads among them', async () => {
  const child = createScriptedChild(numericClass)
  const engine = await createChildEngine({ fork: () => child }, { threads: 3, guidance: 'split' })
  expect(child.heard).toEqual([{ type: 'start', options: { threads: 3, guidance: 'split' } }])
  await engine.close()
})

it('reports a process that cannot start its runtime', async () => {
  const error = { code: 'engine_failed', message: 'no library', facts: {} }
  const fork = () =>
    createScriptedChild(numericClass, (_, child) => {
      child.say({ type: 'failed', error })
      return true
    })
  await expect(createChildEngine({ fork })).rejects.toMatchObject(error)
})

it('reports a process that ends before it is ready', async () => {
  const fork = () =>
    createScriptedChild(numericClass, (_, child) => {
      child.exit(1)
      return true
    })
  await expect(createChildEngine({ fork })).rejects.toMatchObject({ code: 'engine_failed' })
})

it('kills a process that says what no schema knows, and fails the render', async () => {
  const fork = () =>
    createScriptedChild(numericClass, ({ type }, child) => {
      if (type === 'render')
        child.say({ type: 'rendered', id: 0, image: { ...image, file: 'not bytes' } })
    })
  const logger = createRecordingLogger()
  const engine = await createChildEngine({ fork, logger })
  await expect(engine.render(model, spec)).rejects.toMatchObject({ code: 'engine_failed' })
  expect(logger.lines.some(({ level }) => level === 'error')).toBe(true)
  await engine.close()
})

it('rejects as cancelled when the finished image and the cancel cross', async () => {
  const controller = new AbortController()
  const fork = () =>
    createScriptedChild(numericClass, (command, child) => {
      if (command.type === 'cancel') child.say({ type: 'rendered', id: command.id, image })
    })
  const engine = await createChildEngine({ fork })
  const render = engine.render(model, spec, { signal: controller.signal })
  await Promise.resolve().then(() => controller.abort())
  await expect(render).rejects.toMatchObject({ code: 'cancelled' })
  await engine.close()
})

it('gives a model that never ran more time than one whose pace is known', async () => {
  const clock = createFakeClock()
  const children: ScriptedChild[] = []
  const fork = () => {
    const child = createScriptedChild(numericClass)
    children.push(child)
    return child
  }
  const stall = { floorMs: 1_000, factor: 10, firstCallMs: 5_000 }
  const engine = await createChildEngine({ fork, clock }, { stall })
  const render = engine.render(model, spec)
  const outcome = expect(render).rejects.toMatchObject({
    code: 'engine_stalled',
    message: expect.stringContaining('3000 ms'),
  })
  await clock.advance(4_999)
  // 10 x 300 ms is more than the floor.
  children[0]?.say({ type: 'called', call: { part: 'unet', ms: 300 } })
  await clock.advance(2_999)
  await clock.advance(1)
  await outcome
  await engine.close()
  expect(clock.pending()).toBe(0)
})

it('tells the logger what the process writes', async () => {
  const logger = createRecordingLogger()
  const child = createScriptedChild(numericClass)
  const engine = await createChildEngine({ fork: () => child, logger })
  child.stderr.end('libsomething.so: not found\n')
  await expect
    .poll(() => logger.lines)
    .toContainEqual({
      level: 'warn',
      message: 'inference process wrote an error',
      fields: { line: 'libsomething.so: not found' },
    })
  await engine.close()
})

it('starts a new process after a lost device, and renders the next job there', async () => {
  const error = { code: 'engine_failed', message: 'CUDA failure 700', facts: { deviceLost: true } }
  const children: ScriptedChild[] = []
  const fork = () => {
    const child = createScriptedChild(numericClass, (command, self) => {
      if (command.type !== 'render') return
      const { id } = command
      self.say(
        children.length === 1 ? { type: 'failed', id, error } : { type: 'rendered', id, image },
      )
    })
    children.push(child)
    return child
  }
  const engine = await createChildEngine({ fork })
  await expect(engine.render(model, spec)).rejects.toMatchObject({ code: 'engine_failed' })
  await expect(engine.render(model, spec)).resolves.toEqual(image)
  expect(children).toHaveLength(2)
  await engine.close()
})

it('stays with its process after a failure that leaves the device whole', async () => {
  let forks = 0
  const fork = () => {
    forks++
    return createScriptedChild(numericClass, (command, child) => {
      if (command.type !== 'render') return
      const error = { code: 'bad_output', message: 'NaN', facts: {} }
      child.say({ type: 'failed', id: command.id, error })
    })
  }
  const engine = await createChildEngine({ fork })
  for (let job = 0; job < 2; job++) {
    await expect(engine.render(model, spec)).rejects.toMatchObject({ code: 'bad_output' })
  }
  expect(forks).toBe(1)
  await engine.close()
})

it('carries inputs and previews across, and knows what its process holds', async () => {
  const preview = Uint8Array.of(9)
  const bytes = Uint8Array.of(1, 2)
  const hash = Sha256.parse('ab'.repeat(32))
  const child = createScriptedChild(numericClass, (command, self) => {
    if (command.type !== 'render') return
    const { id } = command
    self.say({ type: 'progress', id, step: 1, of: 2, etaMs: 3, preview })
    self.say({ type: 'holds', warm: [model.cid], proven: [{ model: model.cid, pixels: 64 }] })
    self.say({ type: 'rendered', id, image })
  })
  const engine = await createChildEngine({ fork: () => child })
  const seen: unknown[] = []
  await engine.render(model, spec, {
    inputs: { images: new Map([[hash, bytes]]) },
    previewEvery: 2,
    onProgress: (progress) => seen.push(progress),
  })
  expect(child.heard.at(-1)).toMatchObject({
    inputs: { images: new Map([[hash, bytes]]) },
    previewEvery: 2,
  })
  expect(seen).toEqual([{ step: 1, of: 2, etaMs: 3, preview }])
  expect(engine.warm()).toEqual([model.cid])
  expect(engine.proven(model.cid)).toBe(64)
  await engine.close()
})

it.each([
  ['a preview larger than progress may carry', { preview: new Uint8Array(MAX_PREVIEW_BYTES + 1) }],
  ['a step that is no number', { step: 'one' }],
])('kills a process that sends %s', async (_, changes) => {
  const fork = () =>
    createScriptedChild(numericClass, (command, child) => {
      if (command.type === 'render') {
        child.say({ type: 'progress', id: command.id, step: 1, of: 2, etaMs: 3, ...changes })
      }
    })
  const engine = await createChildEngine({ fork })
  await expect(engine.render(model, spec)).rejects.toMatchObject({ code: 'engine_failed' })
  await engine.close()
})

it('refuses an input picture that is too large before its process hears of it', async () => {
  const child = createScriptedChild(numericClass)
  const engine = await createChildEngine({ fork: () => child })
  const hash = Sha256.parse('ab'.repeat(32))
  const images = new Map([[hash, new Uint8Array(MAX_INPUT_BYTES + 1)]])
  const init = { image: hash, strength: 0.5, fit: 'crop' } as const
  const job = buildJobSpec({ steps: 2, init })
  await expect(engine.render(model, job, { inputs: { images } })).rejects.toMatchObject({
    code: 'input_invalid',
    facts: { field: 'init.image', accepted: `at most ${MAX_INPUT_BYTES} bytes` },
  })
  expect(child.heard.map(({ type }) => type)).toEqual(['start'])
  await engine.close()
})
