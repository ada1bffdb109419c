import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let folder: string

/** The workspace without its sources: manifests, tags and rules. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-boundaries-'))
  const files = globSync(
    [
      '{package,turbo}.json',
      'pnpm-*.yaml',
      'packages/*/{package,turbo}.json',
      'apps/*/{package,turbo}.json',
    ],
    { cwd: root },
  )
  for (const file of files) {
    await mkdir(join(folder, dirname(file)), { recursive: true })
    await cp(join(root, file), join(folder, file))
  }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function boundaries() {
  const turbo = join(root, 'node_modules/turbo/bin/turbo')
  const { status, stdout, stderr } = spawnSync(process.execPath, [turbo, 'boundaries'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
  })
  return { status, output: `${stdout}${stderr}` }
}

/** Lets `from` depend on `to` and import it. */
async function plant(from: string, to: string, kind = 'dependencies'): Promise<void> {
  const file = join(folder, from, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  manifest[kind] = { ...manifest[kind], [to]: 'workspace:*' }
  await writeFile(file, JSON.stringify(manifest))
  await plantImport(from, to)
}

async function plantImport(from: string, module: string): Promise<void> {
  await mkdir(join(folder, from, 'src'), { recursive: true })
  await writeFile(
    join(folder, from, 'src/x.ts'),
    `import * as it from '${module}'\nexport { it }\n`,
  )
}

describe('the layers', () => {
  it('hold in this workspace', () => {
    const { status, output } = boundaries()
    expect(output).toContain('no issues found')
    expect(status).toBe(0)
  })

  it.each([
    ['packages/core', '@reverie/protocol', 'base knows nobody'],
    ['packages/core', '@reverie/testkit', 'base has no test kit, which would be a cycle'],
    ['packages/protocol', '@reverie/store', 'contract knows base and contract'],
    ['packages/dispatch', '@reverie/store', 'domain knows no adapter'],
    ['packages/queue', '@reverie/store', 'adapters do not know each other'],
    ['packages/network', '@reverie/dispatch', 'adapters do not know the domain'],
    ['packages/testkit', '@reverie/queue', 'the test kit fakes adapters, it has none'],
    ['packages/demo-model', '@reverie/models', 'data knows no adapter'],
    ['apps/worker', '@reverie/coordinator', 'apps do not know each other'],
    ['apps/worker', '@reverie/cli', 'nobody knows the launcher'],
    ['apps/cli', '@reverie/e2e', 'nobody knows the harness'],
  ])('refuse %s importing %s: %s', async (from, to) => {
    await plant(from, to)
    const { status, output } = boundaries()
    expect(status).not.toBe(0)
    expect(output).toContain(to)
  })

  it('refuse an import that the package does not declare', async () => {
    await plantImport('packages/queue', 'left-pad')
    const { status, output } = boundaries()
    expect(status).not.toBe(0)
    expect(output).toContain('left-pad')
  })
})
