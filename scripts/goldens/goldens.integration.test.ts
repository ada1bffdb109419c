import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const vectors = join(root, 'packages/engine/test/golden')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-goldens-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function goldens(...args: string[]) {
  const child = spawn(
    process.execPath,
    ['--conditions=reverie-source', 'scripts/goldens.ts', ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code, out, err }
}

const bring = (...files: string[]) =>
  Promise.all(files.map((file) => cp(join(vectors, file), join(folder, file))))

/** Changes one JSON file of the folder. */
async function edit(file: string, change: (value: Samplers) => unknown) {
  const path = join(folder, file)
  const value: Samplers = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify(change(value) ?? value))
}

interface Samplers {
  MU: number
  runs: { sampler: string; final: number[]; schedule: string }[]
}

it('passes the reference vectors of noise, samplers and tokenizer', async () => {
  await bring('randn.json', 'samplers.json', 'tokenizer.json')
  const { code, out, err } = await goldens(folder)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('ok    samplers: k-diffusion dpmpp_2m, karras, 20 steps')
  expect(out).toMatch(/(\d+) checked, \1 passed, 0 within kernel noise, 0 failed, 0 skipped/)
})

it('passes the demo model on any CPU, naming what its kernels add', async () => {
  await bring('demo-model.json', 'demo-model.bin')
  const { code, out } = await goldens(folder)
  expect(out).toContain('ok    demo-model pixels: dpmpp_2m karras 20 steps cfg 4')
  expect(code).toBe(0)
})

it('passes the tiny models of every family, with nothing skipped', async () => {
  await bring('tiny-models.json', 'tiny-models.bin')
  const { code, out, err } = await goldens(folder)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('ok    tiny-models latents: sdxl ddim normal lora-sdxl-kohya')
  expect(out).toMatch(/(\d+) checked, \1 passed, 0 within kernel noise, 0 failed, 0 skipped/)
})

it('exits 5 and names the case when a tolerance is exceeded', async () => {
  await bring('samplers.json')
  await edit('samplers.json', ({ runs }) => {
    const [first] = runs
    if (first !== undefined) first.final[0] = 0.5
  })
  const { code, out } = await goldens(folder)
  expect(code).toBe(5)
  expect(out).toContain('FAIL  samplers: k-diffusion euler, normal, 4 steps')
})

it('finds that another mean makes other pictures', async () => {
  await bring('samplers.json')
  await edit('samplers.json', (file) => ({ ...file, MU: file.MU + 0.01 }))
  expect((await goldens(folder)).code).toBe(5)
})

it('writes one table of samplers and schedules when asked', async () => {
  await bring('samplers.json', 'tokenizer.json')
  const { code, out } = await goldens(folder, '--table')
  expect(code).toBe(0)
  expect(out).toMatch(/^\| sampler +\| normal +\| karras/m)
  expect(out).toMatch(/^\| dpmpp_2m +\| \d\.\de-\d+ \(\d+\)/m)
  expect(out).not.toContain('ok    samplers:')
  expect(out).toContain('ok    tokenizer:')
})

it('skips what is not implemented, by name', async () => {
  await bring('samplers.json')
  await edit('samplers.json', ({ runs: [first, second] }) => {
    if (first !== undefined) first.sampler = 'dpm_fast'
    if (second !== undefined) second.schedule = 'polyexponential'
  })
  const { code, out } = await goldens(folder)
  expect(code).toBe(0)
  expect(out).toContain('skip samplers: sampler dpm_fast is not implemented (1)')
  expect(out).toContain('skip samplers: schedule polyexponential is not implemented (1)')
})

describe('what cannot be compared', () => {
  it.each([
    ['half a JSON file', 'randn.json', '{"cases": [', /randn\.json is not JSON/],
    ['a vector of words', 'samplers.json', '{"MU":1,"seed":1,"runs":["x"]}', /field runs\.0/],
    ['cases without text', 'tokenizer.json', '{"cases":[{"ids":[1]}]}', /field cases\.0\.text/],
    [
      'a model without its arrays',
      'demo-model.json',
      '{"cases":[]}',
      /demo-model\.bin cannot be read/,
    ],
  ])('exits 2 with the file and the field: %s', async (_, file, content, message) => {
    await writeFile(join(folder, file), content)
    const { code, err } = await goldens(folder)
    expect(err).toMatch(message)
    expect(code).toBe(2)
  })

  it.each([[[]], [['/nowhere', 'twice']], [['--unknown']]])('exits 2 on %j', async (args) => {
    expect((await goldens(...args)).code).toBe(2)
  })

  it('exits 2 on a folder without vectors', async () => {
    const { code, err } = await goldens(folder)
    expect(err).toContain('holds none of randn.json')
    expect(code).toBe(2)
  })
})
