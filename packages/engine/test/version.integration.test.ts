import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { ENGINE_VERSION } from '../src/version.ts'

it('is the version of the package', async () => {
  const file = new URL('../package.json', import.meta.url)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: ENGINE_VERSION })
})
