import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { featuresOf } from '@reverie/core'
import { tinyModelFolder } from '@reverie/tiny-models'
import { describe, expect, it } from 'vitest'
import { openModelFolder, type PullProgress, pullModel, readManifest } from '../../src/index.ts'
import { type Answer, type HubRepo, localServer, serveBytes, serveHub } from '../hub-server.ts'
import { scratchFolder } from '../sample-model.ts'
import { pullRepo, ROOMY, tinyRepo } from './pulling.ts'

async function setUp(repo: HubRepo) {
  const scratch = await scratchFolder()
  const server = await localServer(serveHub({ 'a/tiny': repo }))
  const models = join(scratch.path, 'models')
  return {
    server,
    models,
    options: { models, endpoint: server.url },
    downloads: () => server.requests.filter(({ path }) => path.includes('/resolve/')),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await scratch[Symbol.asyncDispose]()
    },
  }
}

describe('pulling a repository', () => {
  it('brings what the engine runs and nothing else, with a manifest', async () => {
    await using rig = await setUp(await tinyRepo('sd15-external'))
    const progress: PullProgress[] = []
    const pulled = await pullRepo('a/tiny', {
      ...rig.options,
      onProgress: (each) => progress.push(each),
    })
    const made = await readManifest(tinyModelFolder('sd15-external'))
    expect(pulled.manifest.files.map(({ path }) => path)).toEqual(
      made.files.map(({ path }) => path).toSorted(),
    )
    expect(pulled.manifest.licence).toBe('LicenseRef-creativeml-openrail-m')
    expect(featuresOf(pulled.manifest)).toEqual(['init', 'inpaint', 'lora', 'embedding'])
    expect(pulled.folder).toBe(join(rig.models, 'tiny'))
    // Verifies every byte.
    expect((await openModelFolder(pulled.folder)).cid).toBe(pulled.cid)
    expect(await readdir(join(rig.models, '.incoming'))).toEqual([])
    const bytes = made.files.reduce((sum, { size }) => sum + size, 0)
    expect(progress.at(-1)).toMatchObject({ phase: 'finishing', bytes, of: bytes })
    expect(progress.every((each) => each.bytes <= each.of)).toBe(true)
  })

  it('does nothing the second time', async () => {
    await using rig = await setUp(await tinyRepo('sd15'))
    const first = await pullRepo('a/tiny', rig.options)
    const before = rig.downloads().length
    const second = await pullRepo('a/tiny', rig.options)
    expect(second).toMatchObject({ cid: first.cid, isOld: true })
    expect(rig.downloads()).toHaveLength(before)
  })

  it('goes on after a failure with the files that are missing', async () => {
    const repo = await tinyRepo('sd15')
    let isBroken = true
    const serve = (path: string, usual: Answer): Answer =>
      isBroken && path === 'vae_encoder/model.onnx'
        ? (_, response) => response.writeHead(403).end()
        : usual
    await using rig = await setUp({ ...repo, serve })
    await expect(pullRepo('a/tiny', rig.options)).rejects.toMatchObject({ code: 'download_failed' })
    expect(await readdir(rig.models)).toEqual(['.incoming'])
    const before = rig.downloads().length
    isBroken = false
    const { manifest } = await pullRepo('a/tiny', rig.options)
    expect(rig.downloads().length - before).toBeLessThan(manifest.files.length)
  })

  it('goes on from the byte it had when its process was killed', async () => {
    const repo = await tinyRepo('sd15')
    const path = 'unet/model.onnx'
    const whole = repo.files.get(path) ?? Buffer.alloc(0)
    const half = Math.floor(whole.length / 2)
    let isHanging = true
    const serve = (name: string, usual: Answer): Answer => {
      if (!isHanging || name !== path) return usual
      return (_, response) => {
        response.writeHead(200, { 'content-length': whole.length, etag: '"v1"' })
        response.write(whole.subarray(0, half))
      }
    }
    await using rig = await setUp({ ...repo, serve })
    const child = fork(
      join(import.meta.dirname, '../fixtures/pull-child.ts'),
      [rig.models, rig.server.url.href],
      {
        execArgv: ['--conditions=reverie-source'],
        stdio: 'ignore',
      },
    )
    const exit = once(child, 'exit')
    const staging = async () => {
      const names = await readdir(join(rig.models, '.incoming')).catch(() => [])
      return join(rig.models, '.incoming', names.find((name) => /^tiny-\w+$/.test(name)) ?? '-')
    }
    const sizeOfPart = async () =>
      (await stat(join(await staging(), `${path}.part`)).catch(() => undefined))?.size
    await expect.poll(sizeOfPart, { timeout: 20_000 }).toBe(half)
    child.kill('SIGKILL')
    await exit
    isHanging = false
    const before = rig.downloads().length
    const pulled = await pullRepo('a/tiny', rig.options)
    const again = rig.downloads().slice(before)
    expect(again.find((each) => each.path.endsWith(path))?.headers.range).toBe(`bytes=${half}-`)
    expect((await openModelFolder(pulled.folder)).cid).toBe(pulled.cid)
  })

  it('lets two pulls of one model wait for each other', async () => {
    await using rig = await setUp(await tinyRepo('sd15'))
    const phases = new Set<string>()
    const onProgress = ({ phase }: PullProgress) => phases.add(phase)
    const both = await Promise.all([
      pullRepo('a/tiny', { ...rig.options, onProgress }),
      pullRepo('a/tiny', { ...rig.options, onProgress }),
    ])
    expect(both.map(({ isOld }) => isOld).toSorted()).toEqual([false, true])
    expect(phases).toContain('waiting')
    expect(rig.downloads()).toHaveLength(both[0].manifest.files.length)
  })

  it('asks for room before the first byte, and says both numbers', async () => {
    await using rig = await setUp(await tinyRepo('sd15'))
    const free = async () => 1_000_000
    await expect(
      pullRepo('a/tiny', rig.options, { ...ROOMY, freeBytes: free }),
    ).rejects.toMatchObject({
      code: 'disk_full',
      facts: { free: 1_000_000, needed: expect.any(Number) },
    })
    expect(rig.downloads()).toEqual([])
  })

  it('keeps another model of the name, unless it is told to replace it', async () => {
    await using rig = await setUp(await tinyRepo('sd15'))
    await mkdir(join(rig.models, 'tiny'), { recursive: true })
    const other = { ...(await readManifest(tinyModelFolder('lcm'))), name: 'tiny' }
    await writeFile(join(rig.models, 'tiny/manifest.json'), JSON.stringify(other))
    await expect(pullRepo('a/tiny', rig.options)).rejects.toMatchObject({
      code: 'invalid_option',
      facts: { field: 'name' },
    })
    expect(rig.downloads()).toEqual([])
    expect((await pullRepo('a/tiny', { ...rig.options, name: 'mine' })).manifest.name).toBe('mine')
    const replaced = await pullRepo('a/tiny', { ...rig.options, replace: true })
    expect((await readManifest(join(rig.models, 'tiny'))).family).toBe(replaced.manifest.family)
  })

  it('takes one file, or one folder', async () => {
    const lora = (await tinyRepo('lora-sdxl-kohya')).files.get('lora.safetensors')
    const upscaler = (await tinyRepo('upscaler-x4')).files.get('model.onnx')
    const files = new Map([
      ['styles/ink.safetensors', lora ?? Buffer.alloc(0)],
      ['styles/oil.safetensors', lora ?? Buffer.alloc(0)],
      ['x4/esrgan.onnx', upscaler ?? Buffer.alloc(0)],
    ])
    await using rig = await setUp({ files })
    const one = await pullRepo('a/tiny', rig.options, ROOMY, 'styles/ink.safetensors')
    expect(one.manifest).toMatchObject({ name: 'ink', kind: 'lora', family: 'sdxl' })
    const two = await pullRepo('a/tiny', rig.options, ROOMY, 'x4')
    expect(two.manifest).toMatchObject({ name: 'x4', kind: 'upscaler' })
    await expect(pullRepo('a/tiny', rig.options, ROOMY, 'styles')).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('a/tiny:styles:ink.safetensors'),
    })
    await expect(pullRepo('a/tiny', rig.options, ROOMY, 'none')).rejects.toMatchObject({
      code: 'model_not_found',
    })
  })
})

describe('a repository that cannot be trusted', () => {
  const file = (path: string) => ({ type: 'file', path, size: 5, oid: 'a'.repeat(40) })

  it.each([
    ['climbs out', [file('../../.ssh/authorized_keys')], /would not stay/],
    ['has absolute paths', [file('/etc/passwd')], /would not stay/],
    ["has Windows' paths", [file('unet\\..\\..\\x')], /would not stay/],
    [
      'lists 100,000 files',
      Array.from({ length: 100_000 }, (_, i) => file(`f${i}`)),
      /bytes|HF_ENDPOINT/,
    ],
    ['has no ONNX', [file('model_index.json'), file('unet/x.safetensors')], /convert-help/],
    ['answers something else', [{ hello: 'world' }], /HF_ENDPOINT/],
  ])('is refused when it %s', async (_, entries, message) => {
    await using rig = await setUp({ files: new Map(), tree: () => entries })
    const pulling = pullRepo('a/tiny', rig.options)
    await expect(pulling).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(message),
    })
    expect(rig.downloads()).toEqual([])
  })

  it('is refused when a graph keeps weights elsewhere', async () => {
    const repo = await tinyRepo('sd15-external')
    const graph = Buffer.from(repo.files.get('unet/model.onnx') ?? [])
    const bytes = Buffer.from(
      graph.toString('latin1').replaceAll('model.onnx_data', '../../../secret'),
      'latin1',
    )
    const files = new Map([...repo.files, ['unet/model.onnx', bytes]] as const)
    await using rig = await setUp({ files })
    await expect(pullRepo('a/tiny', rig.options)).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('"../../../secret", which is not beside it'),
    })
    expect(await readdir(rig.models)).toEqual(['.incoming'])
  })

  it('says what a name that does not exist could be', async () => {
    await using rig = await setUp(await tinyRepo('sd15'))
    await expect(pullRepo('a/none', rig.options)).rejects.toMatchObject({ code: 'model_not_found' })
  })
})

describe('pulling an address', () => {
  it('takes a manifest as it is, and the files beside it', async () => {
    const folder = tinyModelFolder('sdxl')
    const made = await readManifest(folder)
    const { files } = await tinyRepo('sdxl')
    await using scratch = await scratchFolder()
    await using server = await localServer((request, response) => {
      const path = (request.url ?? '').slice('/m/'.length)
      const bytes = path === 'manifest.json' ? Buffer.from(JSON.stringify(made)) : files.get(path)
      if (bytes === undefined) return response.writeHead(404).end()
      return serveBytes(bytes)(request, response)
    })
    const source = { kind: 'url', url: new URL('m/manifest.json', server.url) } as const
    const options = { models: scratch.path, endpoint: new URL('http://127.0.0.1:1/') }
    const pulled = await pullModel(ROOMY, source, options)
    expect(pulled.manifest).toEqual(made)
    expect((await openModelFolder(join(scratch.path, 'tiny-sdxl'))).cid).toBe(pulled.cid)
  })

  it('takes one file whose size nobody said', async () => {
    const { files } = await tinyRepo('embedding-sdxl')
    const bytes = files.get('sparkle.safetensors') ?? Buffer.alloc(0)
    await using scratch = await scratchFolder()
    await using server = await localServer(serveBytes(bytes))
    const source = {
      kind: 'url',
      url: new URL('My%20Sparkle.safetensors?t=1', server.url),
    } as const
    const options = { models: scratch.path, endpoint: new URL('http://127.0.0.1:1/') }
    const { manifest } = await pullModel(ROOMY, source, options)
    expect(manifest).toMatchObject({ kind: 'embedding', family: 'sdxl' })
    expect(manifest.files[0]?.path).toBe('My-Sparkle.safetensors')
  })
})
