import { execFile } from 'node:child_process'
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tinyModelFolder } from '@reverie/tiny-models'
import { afterEach, beforeEach, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { boundCache, ENTRY_FILE, MAKING } from '../../src/graph/graph-cache-bound.ts'
import { createGraphCache, type EditRequest, externalFilesOf } from '../../src/graph/index.ts'
import { scalarTensor } from '../../src/graph/tensor-proto.ts'
import { adapterFile, runTinyUnet } from '../fixtures/adapter-files.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-cache-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const ATTENTION = 'onnx::MatMul_113'
/** An int64 that no node reads: the smallest change a graph can have. */
const UNUSED = scalarTensor('unused', 7, 0)

/** Sets a weight of the tiny UNet to `value` throughout. */
const setWeight = (value: number, base = adapterFile('unet.onnx')): EditRequest<string> => ({
  base,
  key: `set ${value}`,
  facts: z.string(),
  async edit({ model, replace }) {
    const tensor = model.initialisers.get(ATTENTION)
    if (tensor === undefined) throw new Error(`there is no ${ATTENTION}`)
    await replace(tensor, new Uint8Array(new Float32Array(64).fill(value).buffer))
    return `is ${value}`
  },
})

const cacheIn = (name = 'graphs', maxBytes = 1e9) =>
  createGraphCache(join(folder, name), { maxBytes })

it('makes a graph once, and again only for another edit', async () => {
  const cache = cacheIn()
  let edits = 0
  const counted = (value: number): EditRequest<string> => ({
    ...setWeight(value),
    edit(draft) {
      edits++
      return setWeight(value).edit(draft)
    },
  })
  const first = await cache.edited(counted(1))
  expect(await cache.edited(counted(1))).toEqual(first)
  expect(await cacheIn().edited(counted(1))).toEqual(first)
  expect(edits).toBe(1)
  expect((await cache.edited(counted(2))).path).not.toBe(first.path)
  expect(edits).toBe(2)
})

it('makes one graph of two equal requests at once, and both can be opened', async () => {
  const cache = cacheIn()
  const [one, two] = await Promise.all([cache.edited(setWeight(1)), cache.edited(setWeight(1))])
  expect(one).toEqual(two)
  await runTinyUnet(one.path)
  expect(await readdir(join(folder, 'graphs'))).toHaveLength(1)
})

it('two processes making the same graph at once both get a whole one', async () => {
  const script = join(import.meta.dirname, '../fixtures/make-graph.ts')
  const make = async (): Promise<string> => {
    const run = await promisify(execFile)(process.execPath, [
      '--conditions=reverie-source',
      script,
      join(folder, 'graphs'),
      adapterFile('unet.onnx'),
      ATTENTION,
    ])
    return run.stdout.trim()
  }
  const [one, two] = await Promise.all([make(), make()])
  expect(one).toBe(two)
  await runTinyUnet(one)
  expect(await readdir(join(folder, 'graphs'))).toHaveLength(1)
})

it('links the data files of the base, also where they are links themselves', async () => {
  const source = join(tinyModelFolder('sd15-external'), 'unet')
  const [data = ''] = await externalFilesOf(join(source, 'model.onnx'))
  const base = join(folder, 'base')
  await mkdir(join(base, 'blobs'), { recursive: true })
  await copyFile(join(source, 'model.onnx'), join(base, 'model.onnx'))
  await copyFile(join(source, data), join(base, 'blobs/1234'))
  await symlink('blobs/1234', join(base, data))
  const { path } = await cacheIn().edited({
    base: join(base, 'model.onnx'),
    key: 'an output more',
    facts: z.null(),
    async edit({ edits }) {
      edits.newInitialisers.push(UNUSED)
      return null
    },
  })
  const linked = await stat(join(path, '..', data))
  expect(linked.ino).toBe((await stat(join(base, 'blobs/1234'))).ino)
  expect(await externalFilesOf(path)).toEqual([data])
})

it('makes a graph anew when a data file of the base has changed', async () => {
  const source = join(tinyModelFolder('sd15-external'), 'unet')
  const [data = ''] = await externalFilesOf(join(source, 'model.onnx'))
  for (const name of ['model.onnx', data]) await copyFile(join(source, name), join(folder, name))
  let edits = 0
  const request: EditRequest<number> = {
    base: join(folder, 'model.onnx'),
    key: 'count',
    facts: z.number(),
    async edit(draft) {
      draft.edits.newInitialisers.push(UNUSED)
      return ++edits
    },
  }
  expect((await cacheIn().edited(request)).facts).toBe(1)
  const later = new Date(Date.now() + 5000)
  await utimes(join(folder, data), later, later)
  expect((await cacheIn().edited(request)).facts).toBe(2)
})

it('answers with the base itself where an edit changes nothing', async () => {
  const base = adapterFile('unet.onnx')
  const { path } = await cacheIn().edited({
    base,
    key: 'nothing',
    facts: z.null(),
    edit: async () => null,
  })
  expect(path).toBe(base)
})

it('repairs an entry whose description is damaged', async () => {
  const { path } = await cacheIn().edited(setWeight(1))
  await truncate(join(path, '..', ENTRY_FILE), 3)
  const again = await cacheIn().edited(setWeight(1))
  await runTinyUnet(again.path)
})

it.each(['model.onnx', 'patch.bin'])('makes a graph anew whose %s is cut short', async (name) => {
  const { path } = await cacheIn().edited(setWeight(1))
  await truncate(join(path, '..', name), 100)
  const again = await cacheIn().edited(setWeight(1))
  expect(again.path).toBe(path)
  await runTinyUnet(again.path)
})

it('removes the graphs used longest ago when there is no room, never the last', async () => {
  const entries = join(folder, 'graphs')
  const cache = cacheIn()
  const paths: string[] = []
  for (const value of [1, 2, 3]) paths.push((await cache.edited(setWeight(value))).path)
  for (const [age, path] of [...paths].reverse().entries()) {
    const used = new Date(Date.now() - (age + 2) * 100_000)
    await utimes(join(path, '..', ENTRY_FILE), used, used)
  }
  const { size } = await stat(paths[0] ?? '')
  await boundCache(entries, size * 1.5)
  expect(await readdir(entries)).toHaveLength(1)
  await expect(stat(paths[2] ?? '')).resolves.toBeDefined()
})

it('leaves a graph alone that was used just now, even where it alone is too large', async () => {
  const { path } = await cacheIn('graphs', 1).edited(setWeight(1))
  await runTinyUnet(path)
})

it('clears away what a crashed process left, and not what one is writing', async () => {
  const entries = join(folder, 'graphs')
  for (const name of ['old', 'new'])
    await mkdir(join(entries, `${MAKING}${name}`), { recursive: true })
  const hoursAgo = new Date(Date.now() - 2 * 3_600_000)
  await utimes(join(entries, `${MAKING}old`), hoursAgo, hoursAgo)
  await boundCache(entries, 1)
  expect(await readdir(entries)).toEqual([`${MAKING}new`])
})

it('leaves nothing behind when an edit fails', async () => {
  const request = { ...setWeight(1), edit: () => Promise.reject(new Error('no')) }
  await expect(cacheIn().edited(request)).rejects.toThrow('no')
  expect(await readdir(join(folder, 'graphs'))).toEqual([])
})

it('names a data file of the base that is missing', async () => {
  const source = join(tinyModelFolder('sd15-external'), 'unet/model.onnx')
  await copyFile(source, join(folder, 'model.onnx'))
  const request: EditRequest<null> = {
    base: join(folder, 'model.onnx'),
    key: 'any',
    facts: z.null(),
    async edit({ edits }) {
      edits.newInitialisers.push(UNUSED)
      return null
    },
  }
  await expect(cacheIn().edited(request)).rejects.toMatchObject({ code: 'model_file_missing' })
})

it('says that a folder cannot be used', async () => {
  await writeFile(join(folder, 'a-file'), '')
  await expect(cacheIn('a-file/graphs').edited(setWeight(1))).rejects.toMatchObject({
    code: 'data_folder_unusable',
  })
  expect(await readFile(join(folder, 'a-file'), 'utf8')).toBe('')
})
