/**
 * Type-checks every ```ts block of every README against the sources.
 * Usage: node scripts/check-readmes.ts
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { blockModule, readmeBlocks } from './docs/readme-blocks.ts'

const root = resolve(import.meta.dirname, '..')
/** Inside each package, so that a block resolves names as a file of that package does; ignored by git. */
const FOLDER = '.cache/readmes'

async function writeModules(readme: string): Promise<string[]> {
  const folder = join(dirname(readme), FOLDER)
  await rm(folder, { recursive: true, force: true })
  const blocks = readmeBlocks(await readFile(readme, 'utf8'))
  if (blocks.length > 0) await mkdir(folder, { recursive: true })
  return Promise.all(
    blocks.map(async (block) => {
      const file = join(folder, `line-${block.line}.ts`)
      await writeFile(file, blockModule(block))
      return file
    }),
  )
}

const readmes = globSync(['README.md', 'packages/*/README.md', 'apps/*/README.md'], { cwd: root })
const packages = globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
const missing = packages
  .map((file) => join(dirname(file), 'README.md'))
  .filter((readme) => !readmes.includes(readme))
if (missing.length > 0) console.error(`every package has a README; missing: ${missing.join(', ')}`)

const files: string[] = []
for (const readme of readmes.toSorted()) files.push(...(await writeModules(join(root, readme))))

const project = join(root, FOLDER, 'tsconfig.json')
await mkdir(dirname(project), { recursive: true })
await writeFile(
  project,
  JSON.stringify({
    extends: '../../tsconfig.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, types: ['node'] },
    include: [],
    files,
  }),
)
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
const { status, stdout } = spawnSync(
  process.execPath,
  [join(typescript, 'bin/tsc'), '-p', project, '--pretty', 'false'],
  { cwd: root, encoding: 'utf8' },
)
process.stderr.write(stdout.replace(/\.cache\/readmes\/line-\d+\.ts\(/g, 'README.md('))
const where = relative(process.cwd(), root) || '.'
console.log(`${files.length} examples in ${readmes.length} READMEs of ${where}`)
process.exitCode = status === 0 && missing.length === 0 ? 0 : 5
