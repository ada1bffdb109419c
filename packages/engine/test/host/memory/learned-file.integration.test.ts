import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildManifestCid, createRecordingLogger } from '@reverie/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLearnedSizes } from '../../../src/host/memory/learned-file.ts'

const model = buildManifestCid()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-learned-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('keeps what was learned for the next process, and leaves nothing else behind', async () => {
  const logger = createRecordingLogger()
  const file = join(folder, 'devices', 'cpu.json')
  openLearnedSizes(file, logger).passed(model, 100, 1, 5)
  const again = openLearnedSizes(file, logger)
  expect(again.largest(model)).toBe(100)
  expect(again.rungFor(model, 100)).toBe(1)
  expect(await readdir(join(folder, 'devices'))).toEqual(['cpu.json'])
  expect(logger.lines).toEqual([])
})

it.each([
  ['cut off', '{"v":1,"models":{"'],
  ['of another version', '{"v":2,"models":{}}'],
  ['of hostile values', `{"v":1,"models":{"${model}":{"passed":[{"pixels":-1,"rung":99}]}}}`],
])('learns anew where the file is %s, and says so', async (_, text) => {
  const logger = createRecordingLogger()
  const file = join(folder, 'cpu.json')
  await writeFile(file, text)
  const table = openLearnedSizes(file, logger)
  expect(table.largest(model)).toBeUndefined()
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn'])
  table.passed(model, 9, 0, undefined)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ v: 1 })
})

it('goes on without a file that cannot be written', async () => {
  const logger = createRecordingLogger()
  await writeFile(join(folder, 'file'), '')
  const table = openLearnedSizes(join(folder, 'file', 'cpu.json'), logger)
  table.passed(model, 9, 0, undefined)
  expect(table.largest(model)).toBe(9)
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn'])
})
