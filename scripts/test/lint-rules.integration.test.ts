import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-lint-'))
  await cp(join(root, 'biome.jsonc'), join(folder, 'biome.jsonc'))
  await cp(join(root, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true })
  await writeFile(join(folder, '.gitignore'), 'node_modules/\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Biome's whole answer about files that are planted in a tree with our configuration. */
async function lint(files: Readonly<Record<string, string>>) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'check', '--reporter=json', ...Object.keys(files)],
    { cwd: folder, encoding: 'utf8' },
  )
  for (const path of Object.keys(files)) await rm(join(folder, path))
  return { status, output: `${stdout}${stderr}` }
}

const importing = (module: string) => `import * as it from '${module}'\n\nexport const x = it\n`

describe('the lint rules', () => {
  it('pass a clean file', async () => {
    const { status, output } = await lint({ 'packages/core/src/clean.ts': 'export const x = 1\n' })
    expect(output).toContain('"errors":0')
    expect(status).toBe(0)
  })

  it.each([
    ['bullmq', 'packages/store/src/x.ts', 'packages/queue/src/x.ts'],
    ['libp2p', 'apps/worker/src/x.ts', 'packages/network/src/x.ts'],
    ['@libp2p/tcp', 'packages/queue/src/x.ts', 'packages/network/test/x.ts'],
    ['onnxruntime-node', 'packages/engine/src/pipeline/x.ts', 'packages/engine/src/runtime/x.ts'],
    ['@electric-sql/pglite', 'packages/queue/src/x.ts', 'packages/store/src/x.ts'],
    ['@electric-sql/pglite', 'packages/dispatch/test/x.ts', 'packages/queue/test/x.ts'],
    ['pino', 'apps/coordinator/src/x.ts', 'packages/telemetry/src/x.ts'],
    ['sharp', 'apps/worker/src/x.ts', 'packages/engine/src/images/x.ts'],
    ['fastify', 'packages/api/src/x.ts', 'packages/api/src/server/x.ts'],
    ['@reverie/testkit', 'packages/queue/src/x.ts', 'packages/queue/test/x.ts'],
    ['@reverie/protocol', 'packages/dispatch/src/x.ts', 'packages/network/src/x.ts'],
    ['@reverie/models', 'packages/engine/src/x.ts', 'packages/engine/test/x.ts'],
  ])('keep %s out of %s and let %s have it', async (module, outside, home) => {
    const refused = await lint({ [outside]: importing(module) })
    expect(refused.status).toBe(1)
    expect(refused.output).toContain('"category":"plugin"')
    expect((await lint({ [home]: importing(module) })).status).toBe(0)
  })

  it.each([
    ["export const load = () => import('bullmq')\n"],
    ["export { Queue } from 'bullmq'\n"],
    ["export type Queue = import('bullmq').Queue\n"],
  ])('see through %j', async (text) => {
    expect((await lint({ 'apps/worker/src/x.ts': text })).output).toContain('packages/queue')
  })

  it.each(['core', 'protocol', 'trust', 'api'])('keep node: modules out of %s', async (name) => {
    const { output } = await lint({ [`packages/${name}/src/x.ts`]: importing('node:fs') })
    expect(output).toContain('noNodejsModules')
  })

  it('refuse a file of more than 300 lines', async () => {
    const text = Array.from({ length: 301 }, (_, i) => `export const x${i} = ${i}\n`).join('')
    const { output } = await lint({ 'packages/core/src/long.ts': text })
    expect(output).toContain('noExcessiveLinesPerFile')
  })

  it('refuse import cycles', async () => {
    const { output } = await lint({
      'packages/core/src/a.ts': "import { b } from './b.ts'\n\nexport const a = () => b\n",
      'packages/core/src/b.ts': "import { a } from './a.ts'\n\nexport const b = () => a\n",
    })
    expect(output).toContain('noImportCycles')
  })

  it('refuse a promise that nobody waits for, also one of another file', async () => {
    const { output } = await lint({
      'packages/core/src/save.ts': 'export const save = async (): Promise<void> => {}\n',
      'packages/core/src/use.ts':
        "import { save } from './save.ts'\n\nexport function use(): void {\n  save()\n}\n",
    })
    expect(output).toContain('noFloatingPromises')
  })

  it('refuse any, default exports and other formatting', async () => {
    const text = 'export const f = (x: any) => x;\nexport default f\n'
    const { output } = await lint({ 'packages/core/src/x.ts': text })
    expect(output).toContain('noExplicitAny')
    expect(output).toContain('noDefaultExport')
    expect(output).toContain('"category":"format"')
  })
})
