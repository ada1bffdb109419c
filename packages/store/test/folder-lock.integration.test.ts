import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockFolder } from '../src/folder-lock.ts'
import { temporaryFolder } from './temporary-folder.ts'

const FILE = 'coordinator.lock'

/** A process that has ended, so its pid is free. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('lockFolder', () => {
  it('gives a folder to one owner at a time, and back', async () => {
    const folder = await temporaryFolder()
    const lock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'data_folder_unusable' })
    await lock.release()
    await lock.release()
    await (await lockFolder(folder)).release()
    expect(await readdir(folder)).toEqual([])
  })

  it('lets one of many that start at once win', async () => {
    const folder = await temporaryFolder()
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  })

  it('takes over from a dead owner', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, FILE), JSON.stringify({ pid: await deadPid(), started: null }))
    const lock = await lockFolder(folder)
    expect(JSON.parse(await readFile(join(folder, FILE), 'utf8'))).toMatchObject({
      pid: process.pid,
    })
    await lock.release()
    expect(await readdir(folder)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')(
    'takes over from a dead owner whose pid belongs to another program now',
    async () => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, FILE), JSON.stringify({ pid: process.ppid, started: '1' }))
      await (await lockFolder(folder)).release()
    },
  )

  it('takes over from an owner that had our own pid in an earlier life', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, FILE), JSON.stringify({ pid: process.pid, started: '1' }))
    await (await lockFolder(folder)).release()
  })

  it('takes over from an owner that died before it wrote its name', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, FILE), '')
    await (await lockFolder(folder)).release()
  })

  it('names the living process that has the folder', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, FILE), JSON.stringify({ pid: process.ppid, started: null }))
    await expect(lockFolder(folder)).rejects.toMatchObject({
      code: 'data_folder_unusable',
      message: expect.stringContaining(`process ${process.ppid}`),
      facts: { pid: process.ppid },
    })
  })
})
