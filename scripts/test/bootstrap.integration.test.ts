import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
/** Nothing listens on port 9 of loopback: what a missing registry looks like, at once and without a network. */
const NO_REGISTRY = 'http://127.0.0.1:9/'
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-bootstrap-'))
  await cp(join(root, 'scripts/bootstrap'), join(folder, 'scripts/bootstrap'), { recursive: true })
  for (const group of ['packages', 'apps']) await mkdir(join(folder, group))
  await writeFile(join(folder, 'package.json'), '{}')
  await writeFile(join(folder, 'pnpm-lock.yaml'), '')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function start(args: readonly string[], options: SpawnOptions = {}) {
  const run = join(folder, 'scripts/bootstrap/run.mjs')
  const child = spawn(process.execPath, [run, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    env: {
      ...process.env,
      ...options.env,
      npm_config_registry: NO_REGISTRY,
      npm_config_cache: join(folder, 'npm'),
    },
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => printed.push(text))
  }
  const ended = once(child, 'close').then(([code]) => ({ code, output: printed.join('') }))
  return { child, ended }
}

/** The state that an install which worked leaves behind. */
async function pretendInstalled(): Promise<void> {
  const { fingerprint } = await import(join(folder, 'scripts/bootstrap/install.mjs'))
  const { readyStamp, toolchainPlan } = await import(
    join(folder, 'scripts/bootstrap/toolchain.mjs')
  )
  const plan = await toolchainPlan(folder)
  await mkdir(join(plan.pnpm, '..'), { recursive: true })
  await writeFile(plan.pnpm, '')
  await writeFile(join(plan.folder, 'ready.json'), await readyStamp(plan))
  await mkdir(join(folder, 'node_modules'), { recursive: true })
  await writeFile(join(folder, 'node_modules/.bootstrap'), await fingerprint(folder, plan))
}

describe('bootstrap', () => {
  it('says within seconds that no registry answers, and what to do', async () => {
    const { code, output } = await start(['exec', 'node', '--version']).ended
    expect(code).toBe(1)
    expect(output).toContain('the npm registry does not answer')
    expect(output).toContain('fix: check the network')
  })

  it('shows its usage for an unknown task', async () => {
    const { code, output } = await start(['dance']).ended
    expect(code).toBe(2)
    expect(output).toContain('usage:')
  })

  it('does nothing the second time: no network, no output of its own, the exit code passed on', async () => {
    await pretendInstalled()
    const { code, output } = await start(['exec', process.execPath, '-e', 'process.exit(7)']).ended
    expect({ code, output }).toEqual({ code: 7, output: '' })
  })

  it('is content with a toolchain that has more than this Node needs', async () => {
    await pretendInstalled()
    const path = join(folder, '.toolchain/ready.json')
    const stamp = JSON.parse(await readFile(path, 'utf8'))
    stamp.programs['node-of-another-run@24.0.0'] = 1
    await writeFile(path, JSON.stringify({ ...stamp, node: 'bin/node' }))
    const { code, output } = await start(['exec', process.execPath, '-e', '']).ended
    expect({ code, output }).toEqual({ code: 0, output: '' })
  })

  it('brings a toolchain again whose program was cut off', async () => {
    await pretendInstalled()
    const { toolchainPlan } = await import(join(folder, 'scripts/bootstrap/toolchain.mjs'))
    await appendFile((await toolchainPlan(folder)).pnpm, 'more than was installed')
    const { code, output } = await start(['exec', process.execPath, '-e', '']).ended
    expect(code).toBe(1)
    expect(output).toContain('pnpm')
  })

  it('says that npm is missing where it is', async () => {
    await rm(join(folder, '.toolchain'), { recursive: true, force: true })
    const env = { PATH: join(folder, 'empty'), npm_execpath: '' }
    const { code, output } = await start(['exec', 'node', '--version'], { env }).ended
    expect(code).toBe(1)
    expect(output).toContain('npm is not on the PATH')
  })

  it('installs again when a manifest changed', async () => {
    await pretendInstalled()
    await writeFile(join(folder, 'package.json'), '{"version":"1.0.0"}')
    const { code, output } = await start(['exec', process.execPath, '-e', '']).ended
    await writeFile(join(folder, 'package.json'), '{}')
    expect(code).toBe(1)
    expect(output).toContain('packages')
  })

  it('stops the program when the shell between npm and us is killed', async () => {
    await pretendInstalled()
    const program = join(folder, 'orphan.mjs')
    await writeFile(
      program,
      `process.on('SIGTERM', () => { console.log('drained'); process.exit() })
       setInterval(() => {}, 1000)
       console.log('ready')`,
    )
    const run = join(folder, 'scripts/bootstrap/run.mjs')
    // The second command keeps the shell from becoming the first.
    const script = `"${process.execPath}" "${run}" exec "${process.execPath}" "${program}"; true`
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: shell.stdout })
    await once(lines, 'line')
    shell.kill('SIGTERM')
    expect(await once(lines, 'line')).toEqual(['drained'])
  })

  it('passes Ctrl-C on and waits until the program has drained', async () => {
    await pretendInstalled()
    const program = join(folder, 'program.mjs')
    const trace = join(folder, 'trace')
    await writeFile(
      program,
      `import { appendFileSync } from 'node:fs'
       let signals = 0
       process.on('SIGINT', () => { signals++; setTimeout(() => { appendFileSync(${JSON.stringify(trace)}, 'drained'); process.exit(3) }, 300) })
       setInterval(() => {}, 1000)
       console.log('ready')`,
    )
    const { child, ended } = start(['exec', process.execPath, program], { detached: true })
    await once(child.stdout ?? child, 'data')
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect((await ended).code).toBe(3)
    expect(await readFile(trace, 'utf8')).toContain('drained')
  })
})
