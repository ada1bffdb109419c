import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLogger } from '@reverie/core'
import { createRecords, openDatabase } from '@reverie/store'
import { buildNewRender } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const logger = silentLogger

describe('openDatabase on a folder', () => {
  it('keeps rows from one opening to the next, and gives the folder back', async () => {
    const folder = join(await temporaryFolder(), 'made', 'by us')
    const render = buildNewRender()
    const first = await openDatabase({ folder }, { logger })
    await createRecords(first).renders.create(render)
    await first.close()
    await first.close()
    expect(await readdir(folder)).toEqual(['postgres'])

    const second = await openDatabase({ folder }, { logger })
    expect((await createRecords(second).renders.render(render.id))?.id).toBe(render.id)
    await second.close()
  })

  it('asks the disk to keep a commit where that was asked for', async () => {
    const folder = await temporaryFolder()
    const database = await openDatabase({ folder }, { logger })
    const settings = `select current_setting('fsync') as fsync, current_setting('wal_sync_method') as method,
       current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages`
    const durable = { fsync: 'on', method: 'fsync', commit: 'on', pages: 'on' }
    expect(await database.durably(settings)).toEqual([durable])
    expect(await database.transaction((session) => session.query(settings))).toEqual([durable])
    expect(await database.query(settings)).toEqual([{ ...durable, commit: 'off' }])
    await database.close()
  })

  it('takes its folder alone and names the process that has it', async () => {
    const folder = await temporaryFolder()
    const database = await openDatabase({ folder }, { logger })
    await expect(openDatabase({ folder }, { logger })).rejects.toMatchObject({
      code: 'data_folder_unusable',
      facts: { folder, pid: process.pid },
    })
    await database.close()
  })

  it('says which folder it cannot use', async () => {
    const file = join(await temporaryFolder(), 'a file')
    await writeFile(file, '')
    await expect(openDatabase({ folder: file }, { logger })).rejects.toMatchObject({
      code: 'data_folder_unusable',
      facts: { folder: file },
    })
    expect(await readFile(file, 'utf8')).toBe('')
  })

  it('does not touch a database that a newer Reverie wrote', async () => {
    const folder = await temporaryFolder()
    const database = await openDatabase({ folder }, { logger })
    await database.query("insert into reverie.migrations values (9999, 'of-tomorrow', 0)")
    await database.close()
    await expect(openDatabase({ folder }, { logger })).rejects.toMatchObject({
      code: 'storage_unavailable',
      facts: { applied: 9_999 },
    })
    expect(await readdir(folder)).toEqual(['postgres'])
  })
})
