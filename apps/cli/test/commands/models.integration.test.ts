import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from '@reverie/core'
import { tinyModelFolder } from '@reverie/tiny-models'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/commands/index.ts'
import { run } from '../../src/run.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'

const [bare] = COMMANDS
const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** A home of its own, in which command lines are typed. */
async function atHome(env: Record<string, string> = {}) {
  const home = await mkdtemp(join(tmpdir(), 'reverie-cli-models-'))
  // No coordinator answers there, whatever runs on this machine.
  const surroundings = { ...env, REVERIE_HOME: home }
  const type = async (...argv: string[]) => {
    const out: string[] = []
    const err: string[] = []
    const terminal = createTerminal(
      { write: (text) => out.push(text) },
      { write: (text) => err.push(text) },
      {},
    )
    if (!bare) throw new Error('no commands')
    const code = await run(argv, { terminal, env: surroundings, commands: COMMANDS, bare })
    return { code, out: out.join(''), err: err.join('') }
  }
  return {
    home,
    env: surroundings,
    type,
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  }
}

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('reverie models', () => {
  it('imports, lists, tells about, and removes a model', async () => {
    await using at = await atHome()
    const imported = await at.type(
      'models',
      'import',
      tinyModelFolder('sd15'),
      '--name',
      'mine',
      '--licence',
      'mit',
      '--json',
    )
    expect(imported.code).toBe(EXIT.ok)
    expect(JSON.parse(imported.out)).toMatchObject({
      name: 'mine',
      kind: 'checkpoint',
      family: 'sd1',
      licence: 'MIT',
      features: ['init', 'inpaint', 'lora', 'embedding'],
      installed: true,
    })
    const info = await at.type('models', 'info', 'mine', '--verify')
    expect(info.code).toBe(EXIT.ok)
    expect(info.out).toMatch(/unet\/model\.onnx +[\d.]+ kB +[0-9a-f]{64}/)
    expect(info.out).toContain('all hashes right')
    expect((await at.type('models', 'remove', 'mine')).code).toBe(EXIT.usage)
    expect((await at.type('models', 'remove', 'mine', '--yes')).code).toBe(EXIT.ok)
    expect(await readdir(join(at.home, 'models'))).toEqual(['.incoming'])
    expect((await at.type('models', 'info', 'mine')).code).toBe(EXIT.refused)
  })

  it('lists what is here, and what is broken and why', async () => {
    await using at = await atHome()
    // A coordinator that is stored but not there: the models of this machine are shown.
    const stored = { url: 'http://127.0.0.1:1', apiKey: 'rvk_x' }
    await writeFile(join(at.home, 'credentials.json'), JSON.stringify(stored))
    await at.type('models', 'import', tinyModelFolder('sd15'), '--name', 'mine')
    const good = await at.type('models', 'list')
    expect(good.out).toMatch(/\nmine +checkpoint +sd1 +[\d.]+ kB +✔/)
    await truncate(join(at.home, 'models/mine/unet/model.onnx'), 10)
    const { models, broken } = JSON.parse((await at.type('models', 'list', '--json')).out)
    expect(models.map(({ name }: { name: string }) => name)).toEqual(['pocket'])
    expect(broken).toMatchObject([
      { folder: join(at.home, 'models/mine'), code: 'model_file_corrupt' },
    ])
    expect((await at.type('models', 'list')).err).toContain('unet/model.onnx')
    const info = await at.type('models', 'info', 'mine', '--verify', '--json')
    expect(info.code).toBe(EXIT.failed)
  })

  it('lists what could be pulled', async () => {
    await using at = await atHome()
    const { available } = JSON.parse((await at.type('models', 'list', '--available', '--json')).out)
    expect(available).toContainEqual(
      expect.objectContaining({ alias: 'sd15', family: 'sd1', here: false }),
    )
    expect((await at.type('models', 'list', '--available')).out).toContain('~5.1 GB')
  })

  it.each([
    [['models', 'remove', 'pocket', '--yes'], EXIT.usage, 'is part of Reverie'],
    [['models', 'pull'], EXIT.usage, 'What is missing'],
    [['models', 'pull', 'a/b', 'c/d'], EXIT.usage, 'one too many'],
    [['models', 'pull', 'nope'], EXIT.usage, 'names no model'],
    [['models', 'import', '/none/here'], EXIT.checkFailed, 'does not exist'],
    [['models', 'import', '.', '--kind', 'banana'], EXIT.usage, '--kind'],
    [['models', 'import', '.', '--link', '--copy'], EXIT.usage, 'two ways'],
    [['models', 'convert-help', 'sdlx'], EXIT.usage, 'Did you mean sdxl?'],
  ])('answers %j with code %d and says why', async (argv, code, words) => {
    await using at = await atHome()
    const answer = await at.type(...argv)
    expect(answer.code).toBe(code)
    expect(answer.err).toContain(words)
  })

  it('prints the commands that convert a model', async () => {
    await using at = await atHome()
    const { out } = await at.type('models', 'convert-help', 'sd2')
    expect(out).toContain('optimum-cli export onnx --model')
    expect(out).toContain('--fp32-attention')
    expect(out).toContain('keep_io_types=True')
    const script = await at.type('models', 'convert-help', '--script')
    expect(script.out).toMatch(/^import shutil/)
    for (const guide of ['sd1', 'turbo', 'lcm', 'sdxl', 'file', 'lora', 'upscaler']) {
      expect((await at.type('models', 'convert-help', guide)).code).toBe(EXIT.ok)
    }
  })
})

describe('reverie models pull', () => {
  const COMMIT = 'c'.repeat(40)

  /** A hub with one repository that holds one LoRA; its file hangs half-way while `isHanging`. */
  async function hub() {
    const bytes = await readFile(join(tinyModelFolder('lora-sdxl-kohya'), 'lora.safetensors'))
    const oid = createHash('sha256').update(bytes).digest('hex')
    const half = Math.floor(bytes.length / 2)
    const state = { isHanging: false, tokens: new Set<string | undefined>() }
    const server = await serve((request, response) => {
      state.tokens.add(request.headers.authorization)
      const { pathname } = new URL(request.url ?? '', 'http://hub')
      const json = (value: unknown) => response.writeHead(200).end(JSON.stringify(value))
      if (pathname.includes('/revision/')) return json({ sha: COMMIT, tags: ['license:mit'] })
      if (pathname.includes('/tree/')) {
        const entry = { type: 'file', path: 'ink.safetensors', size: bytes.length }
        return json([{ ...entry, lfs: { oid, size: bytes.length } }])
      }
      const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
      const rest = bytes.subarray(Number(from ?? 0))
      response.writeHead(from ? 206 : 200, {
        'content-length': rest.length,
        ...(from ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
      })
      if (state.isHanging) return response.write(bytes.subarray(0, half))
      return response.end(rest)
    })
    return { ...server, state, half }
  }

  it('pulls from the hub of HF_ENDPOINT with HF_TOKEN, and never tells the token', async () => {
    await using server = await hub()
    await using at = await atHome({ HF_ENDPOINT: server.url, HF_TOKEN: 'hf_secret' })
    const { code, out, err } = await at.type('models', 'pull', 'a/ink')
    expect(code).toBe(EXIT.ok)
    expect(out).toMatch(/✔ ink {2}lora sdxl {2}133\.2 kB {2}MIT/)
    expect([...server.state.tokens]).toEqual(['Bearer hf_secret'])
    expect(out + err).not.toContain('hf_secret')
    expect((await at.type('models', 'pull', 'a/ink')).out).toContain('was here already')
  })

  it('keeps what arrived when it is interrupted, says so, and goes on the next time', async () => {
    await using server = await hub()
    await using at = await atHome({ HF_ENDPOINT: server.url })
    server.state.isHanging = true
    const child = fork(MAIN, ['models', 'pull', 'a/ink'], {
      execArgv: ['--conditions=reverie-source'],
      env: { ...process.env, ...at.env },
      stdio: 'pipe',
    })
    let err = ''
    child.stderr?.on('data', (chunk) => {
      err += chunk
    })
    const exit = once(child, 'exit')
    const incoming = join(at.home, 'models/.incoming')
    const arrived = async () => {
      const names = await readdir(incoming, { recursive: true }).catch(() => [])
      const part = names.find((name) => name.endsWith('.part'))
      return part === undefined ? 0 : (await readFile(join(incoming, part))).length
    }
    await expect.poll(arrived, { timeout: 20_000 }).toBe(server.half)
    child.kill('SIGINT')
    expect((await exit)[0]).toBe(EXIT.interrupted)
    expect(err).toMatch(/what arrived is kept: `.*models pull a\/ink` goes on from there/)
    server.state.isHanging = false
    expect((await at.type('models', 'pull', 'a/ink')).code).toBe(EXIT.ok)
  })
})
