import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeFullSizeModel } from '../src/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-full-size-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('leaves no half of a file when it is stopped', async () => {
  const stop = new AbortController()
  const written: number[] = []
  const making = makeFullSizeModel(folder, {
    signal: stop.signal,
    onProgress: (done, of) => {
      written.push(done / of)
      stop.abort(new Error('enough'))
    },
  })
  await expect(making).rejects.toThrow('enough')
  expect(written).toHaveLength(1)
  expect(written[0]).toBeLessThan(0.02)
  const files = await readdir(folder, { recursive: true })
  expect(files).toContain(join('text_encoder', 'model.onnx'))
  expect(files.filter((file) => /weights|partial/.test(file))).toEqual([])
})
