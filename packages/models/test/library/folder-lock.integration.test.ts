import { spawnSync } from 'node:child_process'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { withFolderLock } from '../../src/library/folder-lock.ts'
import { scratchFolder } from '../sample-model.ts'

const holder = (pid: number, host = hostname()) => JSON.stringify({ token: 'other', pid, host })
const done = async () => 'done'

/** The id of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid

describe('the lock of a model folder', () => {
  it('lets one at a time work, and leaves nothing behind', async () => {
    await using scratch = await scratchFolder()
    const path = join(scratch.path, 'x.lock')
    let working = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++working)
      await new Promise((resolve) => setImmediate(resolve))
      working--
    }
    const one = () => withFolderLock(path, { clock: systemClock }, work)
    await Promise.all([one(), one(), one()])
    expect(most).toBe(1)
    expect(await readdir(scratch.path)).toEqual([])
  })

  it('is taken from a process that was killed', async () => {
    await using scratch = await scratchFolder()
    const path = join(scratch.path, 'x.lock')
    await writeFile(path, holder(deadPid()))
    expect(await withFolderLock(path, { clock: systemClock }, done)).toBe('done')
  })

  it('is taken from another machine that has not shown itself for long', async () => {
    await using scratch = await scratchFolder()
    const path = join(scratch.path, 'x.lock')
    await writeFile(path, holder(1, 'elsewhere'))
    const before = new Date(Date.now() - 120_000)
    await utimes(path, before, before)
    expect(await withFolderLock(path, { clock: systemClock }, done)).toBe('done')
  })

  it('is not taken from a process that lives; waiting can be stopped', async () => {
    await using scratch = await scratchFolder()
    const path = join(scratch.path, 'x.lock')
    await writeFile(path, holder(process.pid))
    const stop = new AbortController()
    const onWait = () => stop.abort(new Error('enough'))
    await expect(
      withFolderLock(path, { clock: systemClock, signal: stop.signal, onWait }, done),
    ).rejects.toThrow('enough')
    expect(await readdir(scratch.path)).toEqual(['x.lock'])
  })

  it('is given back when the work fails', async () => {
    await using scratch = await scratchFolder()
    const path = join(scratch.path, 'x.lock')
    const fail = () =>
      withFolderLock(path, { clock: systemClock }, async () => {
        throw new Error('broken')
      })
    await expect(fail()).rejects.toThrow('broken')
    expect(await withFolderLock(path, { clock: systemClock }, done)).toBe('done')
  })
})
