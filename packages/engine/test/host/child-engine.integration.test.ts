import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createRecordingLogger, describeImageEngineContract } from '@reverie/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createChildEngine } from '../../src/host/child-engine.ts'
import { forkEngine } from '../../src/host/fork-engine.ts'
import { createInProcessEngine } from '../../src/host/in-process.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import { demoModel, demoSpec } from '../fixtures/demo-model.ts'

describeImageEngineContract('the child engine', async () => ({
  engine: await createChildEngine(),
  model: await demoModel(),
}))

const children: ChildProcess[] = []
const recordedFork = () => {
  const child = forkEngine()
  children.push(child)
  return child
}
const latest = (): ChildProcess => {
  const child = children.at(-1)
  if (child === undefined) throw new Error('no process was forked')
  return child
}
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

describe('the inference process', () => {
  it('fails the render it dies in, and the next one runs in a new process', async () => {
    const engine = await createChildEngine({ fork: recordedFork })
    const model = await demoModel()
    const render = engine.render(model, await demoSpec({ steps: 50 }), {
      onProgress: () => latest().kill('SIGKILL'),
    })
    await expect(render).rejects.toMatchObject({ code: 'engine_failed' })
    expect(engine.warm()).toEqual([])
    const image = await engine.render(model, await demoSpec())
    expect(image.trajectory).toHaveLength(4)
    expect(children).toHaveLength(2)
    await engine.close()
  })

  it('is killed when a model call does not end, and the next render runs', async () => {
    const logger = createRecordingLogger()
    const stall = { floorMs: 3_000, factor: 10, firstCallMs: 60_000 }
    const engine = await createChildEngine({ fork: recordedFork, logger }, { stall })
    const model = await demoModel()
    const render = engine.render(model, await demoSpec({ steps: 50 }), {
      // A stopped process is what a hung driver looks like from outside.
      onProgress: () => latest().kill('SIGSTOP'),
    })
    await expect(render).rejects.toMatchObject({ code: 'engine_stalled' })
    expect(logger.lines.some(({ level }) => level === 'error')).toBe(true)
    await engine.render(model, await demoSpec())
    expect(children).toHaveLength(2)
    await engine.close()
  })

  it('is gone when the engine is closed', async () => {
    const engine = await createChildEngine({ fork: recordedFork })
    const child = latest()
    await engine.close()
    expect(child.exitCode ?? child.signalCode).not.toBeNull()
  })

  it('ends when its parent is gone', async () => {
    const engine = await createChildEngine({ fork: recordedFork })
    const child = latest()
    const exit = once(child, 'exit')
    child.disconnect()
    await expect(exit).resolves.toEqual([0, null])
    await engine.close()
  })

  it('outlives the interrupt that reaches its whole process group', async () => {
    const engine = await createChildEngine({ fork: recordedFork })
    const render = engine.render(await demoModel(), await demoSpec({ steps: 5 }), {
      onProgress: () => {
        latest().kill('SIGINT')
        latest().kill('SIGTERM')
      },
    })
    expect((await render).trajectory).toHaveLength(6)
    await engine.close()
  })

  it('makes the same bytes as an engine in process', async () => {
    const model = await demoModel()
    const spec = await demoSpec({ sampler: 'dpmpp_2m', schedule: 'karras', cfgScale: 4 })
    const child = await createChildEngine()
    const inProcess = createInProcessEngine({ backend: await createOnnxRuntimeBackend() })
    const [theirs, ours] = [await child.render(model, spec), await inProcess.render(model, spec)]
    expect(child.numericClass).toEqual(inProcess.numericClass)
    expect(theirs.file).toEqual(ours.file)
    expect(theirs.trajectory).toEqual(ours.trajectory)
    await Promise.all([child.close(), inProcess.close()])
  })

  it('reports a model folder that is not there', async () => {
    const engine = await createChildEngine()
    const model = { ...(await demoModel()), folder: '/nowhere' }
    await expect(engine.load(model)).rejects.toMatchObject({ code: 'model_file_missing' })
    await engine.close()
  })

  it('keeps the native library out of its parent and does not outlive it, even killed', async () => {
    const entry = fileURLToPath(new URL('../fixtures/parent.ts', import.meta.url))
    const parent = spawn(process.execPath, ['--conditions=reverie-source', entry], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const { pid, sharedObjects } = Said.parse(JSON.parse(String(line)))
    expect(sharedObjects.filter((path) => path.includes('onnxruntime'))).toEqual([])
    expect(isRunning(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
  })
})

const Said = z.object({ pid: z.int(), sharedObjects: z.array(z.string()) })

/** A process that nobody has waited for yet is dead all the same. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = `/proc/${pid}/stat`
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'latin1'))
}
