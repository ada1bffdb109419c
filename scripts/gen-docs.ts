/**
 * Writes the generated documents, or with --check compares them with what is committed.
 * Usage: node --conditions=reverie-source scripts/gen-docs.ts [--check]
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openApiDocument } from '../packages/api/src/index.ts'
import { errorReference } from './docs/error-reference.ts'

const root = resolve(import.meta.dirname, '..')
const documents: Record<string, () => string> = {
  '.github/ERRORS.md': errorReference,
  'packages/api/openapi.json': () => `${JSON.stringify(openApiDocument(), undefined, 2)}\n`,
}

const check = process.argv.includes('--check')
for (const [path, generate] of Object.entries(documents)) {
  const file = resolve(root, path)
  const text = generate()
  if (!check) {
    await writeFile(file, text)
    console.log(`wrote ${path}`)
  } else if (text !== (await readFile(file, 'utf8').catch(() => ''))) {
    console.error(`${path} differs from its source: run \`pnpm generate\` and commit it`)
    process.exitCode = 5
  }
}
