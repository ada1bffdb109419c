import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { EXIT } from '@reverie/core'
import { afterEach, describe, expect, it } from 'vitest'

const launcher = fileURLToPath(new URL('../bin/reverie.mjs', import.meta.url))
const running: ChildProcess[] = []
const folders: string[] = []
const PATIENCE = { timeout: 30_000 }

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (const folder of folders.splice(0)) {
    // Programs whose parent was killed leave by themselves; until then they write into the folder.
    await expect.poll(() => processesOf(folder), PATIENCE).toEqual([])
    await rm(folder, { recursive: true, force: true })
  }
})

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reverie-up-'))
  folders.push(folder)
  return folder
}

/** The command in a process group of its own, as a shell with job control starts it. */
function reverie(...args: string[]) {
  const child = spawn(process.execPath, [launcher, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, CI: 'true' },
  })
  running.push(child)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, out, err }))
  return { child, ended, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

type Message = { readonly type: string; readonly [fact: string]: unknown }

/** Reads on from where the last call stopped. */
async function messageOf(lines: AsyncIterator<string>, type: string): Promise<Message> {
  for (;;) {
    const { done, value } = await lines.next()
    if (done) throw new Error(`the program ended before it said ${type}`)
    const message = JSON.parse(value) as Message
    if (message.type === type) return message
  }
}

/** Ids of the processes whose command line names the folder. */
async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
    // A process that ended and was not collected yet has no executable any more.
    const isAlive = await readlink(`/proc/${id}/exe`).catch(() => undefined)
    if (isAlive && command.includes(folder)) found.push(id)
  }
  return found
}

const up = (data: string) =>
  reverie('up', '--port', '0', '--listen-port', '0', '--data', data, '--json')

describe('reverie up', () => {
  it('renders a picture that verifies, then drains on Ctrl-C and leaves nothing running', async () => {
    const data = await temporary()
    const service = up(data)
    const ready = await messageOf(service.lines, 'ready')
    expect(ready.apiKey).toMatch(/^\S{20,}$/)

    const out = join(data, 'pictures')
    const args = ['--size', '128', '--steps', '4', '--seed', '42', '--out', out, '--data', data]
    const render = await reverie('render', 'red apple', '-n', '2', ...args).ended
    expect(render.err).toContain('receipt ok')
    expect(render.code).toBe(EXIT.ok)
    const pictures = render.out.trim().split('\n')
    expect(pictures).toHaveLength(2)
    const verify = await reverie('verify', ...pictures).ended
    expect(verify.code).toBe(EXIT.ok)

    const refused = await reverie('render', 'cat', '--size', '100', '--data', data).ended
    expect(refused.code).toBe(EXIT.refused)
    expect(refused.err).toContain('unsupported_by_model')

    const status = await reverie('--json', '--data', data).ended
    expect(JSON.parse(status.out)).toMatchObject({ running: true, workers: { ready: 1 } })

    // A terminal sends Ctrl-C to the whole group, and npm passes it on once more.
    process.kill(-(service.child.pid ?? 0), 'SIGINT')
    process.kill(service.child.pid ?? 0, 'SIGINT')
    const { code } = await service.ended
    expect(code).toBe(EXIT.ok)
    expect(await processesOf(data)).toEqual([])
  })

  it('starts a program that was killed again', async () => {
    const data = await temporary()
    const service = up(data)
    await messageOf(service.lines, 'ready')
    const coordinator = (await processesOf(join(data, 'coordinator')))[0]
    process.kill(Number(coordinator), 'SIGKILL')
    const crashed = await messageOf(service.lines, 'crashed')
    expect(crashed).toMatchObject({ program: 'coordinator', how: 'SIGKILL' })
    await messageOf(service.lines, 'coordinator')
    process.kill(service.child.pid ?? 0, 'SIGTERM')
    expect((await service.ended).code).toBe(EXIT.ok)
  })

  it('takes its programs with it when it is killed', async () => {
    const data = await temporary()
    const service = up(data)
    await messageOf(service.lines, 'ready')
    service.child.kill('SIGKILL')
    await service.ended
    await expect.poll(() => processesOf(data), PATIENCE).toEqual([])
  })

  it('stops at once while it is still starting', async () => {
    const data = await temporary()
    const service = up(data)
    await messageOf(service.lines, 'starting')
    process.kill(service.child.pid ?? 0, 'SIGINT')
    await messageOf(service.lines, 'stopped')
    expect((await service.ended).code).toBe(EXIT.ok)
    expect(await processesOf(data)).toEqual([])
  })

  it('says which port is taken and by which option to choose another', async () => {
    const [one, other] = [await temporary(), await temporary()]
    const { url } = await messageOf(up(one).lines, 'ready')
    const { port } = new URL(String(url))
    const second = await reverie('up', '--port', port, '--listen-port', '0', '--data', other).ended
    expect(second.code).toBe(EXIT.failed)
    expect(second.err).toContain(`port ${port}`)
    expect(second.err).toContain('--port')
    // The worker started beside it has nobody to wait for.
    expect(await processesOf(other)).toEqual([])
  })
})
