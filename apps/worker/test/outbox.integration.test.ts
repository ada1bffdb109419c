import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MAX_IMAGE_BYTES } from '@reverie/core'
import { buildJobSpec, buildPeerId, createRecordingLogger } from '@reverie/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOutbox } from '../src/outbox.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outbox-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const entry = () => ({
  coordinator: buildPeerId(1),
  spec: buildJobSpec(),
  image: new Uint8Array([1, 2, 3]),
  receipt: new Uint8Array([4]),
})

describe('the outbox', () => {
  it('gives back what was put before a restart, oldest first', async () => {
    const logger = createRecordingLogger()
    const outbox = await openOutbox(folder, logger)
    const [first, second] = [entry(), entry()]
    await outbox.put(first)
    await outbox.put(second)

    const again = await openOutbox(folder, logger)
    expect(again.list()).toEqual([first.spec.job, second.spec.job])
    expect(await again.get(first.spec.job)).toEqual(first)
    await again.remove(first.spec.job)
    expect(again.list()).toEqual([second.spec.job])
    expect((await openOutbox(folder, logger)).list()).toEqual([second.spec.job])
  })

  it('sweeps the half-written file of a crash and ignores files that are not its own', async () => {
    await writeFile(join(folder, `${entry().spec.job}.result.tmp`), 'half')
    await writeFile(join(folder, 'notes.txt'), 'hello')
    const outbox = await openOutbox(folder, createRecordingLogger())
    expect(outbox.list()).toEqual([])
    expect(await readdir(folder)).toEqual(['notes.txt'])
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('hello')
  })

  it('sets a damaged file aside and says so', async () => {
    const logger = createRecordingLogger()
    const outbox = await openOutbox(folder, logger)
    const damaged = entry()
    await outbox.put(damaged)
    await truncate(join(folder, `${damaged.spec.job}.result`), 20)
    expect(await outbox.get(damaged.spec.job)).toBeUndefined()
    expect(outbox.list()).toEqual([])
    expect(logger.lines.map((line) => line.level)).toEqual(['warn'])
    expect((await openOutbox(folder, logger)).list()).toEqual([])
  })

  it('keeps a result whose file cannot be read now', async () => {
    const outbox = await openOutbox(folder, createRecordingLogger())
    const kept = entry()
    const path = join(folder, `${kept.spec.job}.result`)
    await outbox.put(kept)
    const bytes = await readFile(path)
    await rm(path)
    await mkdir(path)
    await expect(outbox.get(kept.spec.job)).rejects.toMatchObject({ code: 'data_folder_unusable' })
    await rm(path, { recursive: true })
    await writeFile(path, bytes)
    expect(await outbox.get(kept.spec.job)).toEqual(kept)
  })

  it('forgets a result whose file somebody deleted', async () => {
    const outbox = await openOutbox(folder, createRecordingLogger())
    const gone = entry()
    await outbox.put(gone)
    await rm(join(folder, `${gone.spec.job}.result`))
    expect(await outbox.get(gone.spec.job)).toBeUndefined()
    expect(outbox.list()).toEqual([])
  })

  it('leaves nothing behind of a result that cannot be kept', async () => {
    const outbox = await openOutbox(folder, createRecordingLogger())
    const lost = entry()
    await mkdir(join(folder, `${lost.spec.job}.result`))
    await expect(outbox.put(lost)).rejects.toMatchObject({ code: 'data_folder_unusable' })
    expect(outbox.list()).toEqual([])
    expect(await readdir(folder)).toEqual([`${lost.spec.job}.result`])
  })

  it('takes no image that no coordinator takes', async () => {
    const outbox = await openOutbox(folder, createRecordingLogger())
    const huge = { ...entry(), image: new Uint8Array(MAX_IMAGE_BYTES + 1) }
    await expect(outbox.put(huge)).rejects.toMatchObject({ code: 'message_too_large' })
    expect(await readdir(folder)).toEqual([])
  })
})
