import {
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { type TinyModelName, tinyModelFolder } from '@reverie/tiny-models'
import { describe, expect, it } from 'vitest'
import {
  findInstalled,
  type ImportOptions,
  importModel,
  openModelFolder,
  readManifest,
  removeFolder,
} from '../../src/index.ts'
import { scratchFolder } from '../sample-model.ts'

async function importing(name: TinyModelName, options: Partial<ImportOptions> = {}) {
  const scratch = await scratchFolder()
  const models = join(scratch.path, 'models')
  const from = join(scratch.path, 'from')
  await cp(tinyModelFolder(name), from, { recursive: true })
  await rm(join(from, 'manifest.json'))
  const run = (more: Partial<ImportOptions> = {}) =>
    importModel({ models, from, freeBytes: async () => 1e15, ...options, ...more })
  return { models, from, run, [Symbol.asyncDispose]: scratch[Symbol.asyncDispose] }
}

describe('importing', () => {
  it('copies what the engine runs, with a manifest that every byte agrees with', async () => {
    await using rig = await importing('sd15-legacy', { name: 'mine', licence: 'MIT' })
    await writeFile(join(rig.from, 'notes.txt'), 'mine')
    const { folder, manifest, cid } = await rig.run()
    expect(folder).toBe(join(rig.models, 'mine'))
    expect(manifest.files.map(({ path }) => path)).toContain('unet/weights.pb')
    expect(manifest.files.map(({ path }) => path)).not.toContain('notes.txt')
    expect(manifest.licence).toBe('MIT')
    expect((await openModelFolder(folder)).cid).toBe(cid)
    expect(await readdir(join(rig.models, '.incoming'))).toEqual([])
  })

  it('links instead where it is told to', async () => {
    await using rig = await importing('sd15', { mode: 'link' })
    const { folder } = await rig.run()
    const at = async (root: string) => (await stat(join(root, 'unet/model.onnx'))).ino
    expect(await at(folder)).toBe(await at(rig.from))
  })

  it('follows links to files: a hub keeps its cache in that way', async () => {
    await using rig = await importing('sd15')
    const cache = join(rig.models, '..', 'snapshot')
    await mkdir(join(cache, 'unet'), { recursive: true })
    for (const name of await readdir(rig.from)) {
      if (name !== 'unet') await cp(join(rig.from, name), join(cache, name), { recursive: true })
    }
    await symlink(join(rig.from, 'unet/model.onnx'), join(cache, 'unet/model.onnx'))
    const { folder } = await rig.run({ from: cache })
    expect((await openModelFolder(folder)).manifest.name).toBe('snapshot')
  })

  it('keeps a manifest that is there, and checks it', async () => {
    await using rig = await importing('sd15')
    const from = tinyModelFolder('sdxl')
    expect((await rig.run({ from })).manifest).toEqual(await readManifest(from))
    await cp(join(from, 'manifest.json'), join(rig.from, 'manifest.json'))
    await expect(rig.run()).rejects.toMatchObject({ code: 'model_file_corrupt' })
  })

  it('makes the words that the engine reads from a tokenizer in one file', async () => {
    await using rig = await importing('sd15')
    const folder = join(rig.from, 'tokenizer')
    const vocab = JSON.parse(await readFile(join(folder, 'vocab.json'), 'utf8'))
    const lines = (await readFile(join(folder, 'merges.txt'), 'utf8')).trim().split('\n').slice(1)
    await rm(join(folder, 'vocab.json'))
    await rm(join(folder, 'merges.txt'))
    const merges = lines.map((line, i) => (i % 2 === 0 ? line : line.split(' ')))
    const write = (model: unknown) =>
      writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ model }))
    await write({ type: 'BPE', vocab, merges })
    const model = await rig.run()
    expect(model.manifest.files.map(({ path }) => path)).not.toContain('tokenizer/tokenizer.json')
    const made = join(model.folder, 'tokenizer')
    expect(JSON.parse(await readFile(join(made, 'vocab.json'), 'utf8'))).toEqual(vocab)
    const text = await readFile(join(made, 'merges.txt'), 'utf8')
    expect(text.trim().split('\n').slice(1)).toEqual(lines)
    expect((await openModelFolder(model.folder)).cid).toBe(model.cid)
    await write({ type: 'Unigram', vocab: {}, merges: [] })
    await expect(rig.run({ name: 'other' })).rejects.toMatchObject({ code: 'model_invalid' })
  })

  it('takes one file', async () => {
    await using rig = await importing('upscaler-x4')
    await cp(join(rig.from, 'model.onnx'), join(rig.from, 'Real-x4.onnx'))
    const { manifest } = await rig.run({ from: join(rig.from, 'Real-x4.onnx') })
    expect(manifest).toMatchObject({ name: 'real-x4', title: 'Real-x4', kind: 'upscaler' })
    expect(manifest.files.map(({ path }) => path)).toEqual(['model.onnx'])
  })

  it.each([
    [
      'a graph is cut short',
      (from: string) => truncate(join(from, 'unet/model.onnx'), 900),
      'model_invalid',
    ],
    [
      'weights beside a graph are missing',
      (from: string) => rm(join(from, 'unet/weights.pb')),
      'model_invalid',
    ],
    [
      'a config is no JSON',
      (from: string) => writeFile(join(from, 'model_index.json'), '{'),
      'model_invalid',
    ],
    [
      'it is another pipeline',
      (from: string) => writeFile(join(from, 'model_index.json'), '{"_class_name":"FluxPipeline"}'),
      'model_invalid',
    ],
    ['there is nothing', (from: string) => rm(from, { recursive: true }), 'file_unreadable'],
  ])('changes nothing when %s', async (_, damage, code) => {
    await using rig = await importing('sd15-legacy')
    await damage(rig.from)
    await expect(rig.run()).rejects.toMatchObject({ code })
    const left = await readdir(rig.models, { recursive: true }).catch(() => [])
    expect(left.filter((path) => path !== '.incoming')).toEqual([])
  })

  it('changes nothing when it is stopped or there is no room', async () => {
    await using rig = await importing('sd15')
    await expect(rig.run({ freeBytes: async () => 0 })).rejects.toMatchObject({ code: 'disk_full' })
    const stop = new AbortController()
    await expect(
      rig.run({ signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) }),
    ).rejects.toThrow('enough')
    expect(await readdir(rig.models)).toEqual(['.incoming'])
    expect(await readdir(join(rig.models, '.incoming'))).toEqual([])
  })

  it('refuses a whole checkpoint in one torch file', async () => {
    await using rig = await importing('lora-sd15-kohya')
    const header = Buffer.from(
      JSON.stringify({
        'model.diffusion_model.x': { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      }),
    )
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    const file = join(rig.from, '..', 'v1-5.safetensors')
    await writeFile(file, Buffer.concat([length, header, Buffer.alloc(4)]))
    await expect(rig.run({ from: file })).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('convert-help'),
    })
  })
})

describe('removing', () => {
  it('takes a model away whole, found by name, by CID or, when broken, by folder', async () => {
    await using rig = await importing('sd15', { name: 'mine' })
    const { cid, folder } = await rig.run()
    expect((await findInstalled(rig.models, cid)).folder).toBe(folder)
    await writeFile(join(folder, 'manifest.json'), '{')
    const found = await findInstalled(rig.models, 'mine')
    expect(found).toMatchObject({ folder, manifest: undefined })
    await removeFolder(rig.models, found.folder)
    expect(await readdir(rig.models)).toEqual(['.incoming'])
    await expect(findInstalled(rig.models, 'mine')).rejects.toMatchObject({
      code: 'model_not_found',
    })
    await expect(findInstalled(rig.models, '../models')).rejects.toMatchObject({
      code: 'model_not_found',
    })
  })
})
