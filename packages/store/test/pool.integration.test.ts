import { silentLogger } from '@reverie/core'
import { type Database, openDatabase, type PoolNotification } from '@reverie/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

describe('a database and its pool on one session', () => {
  let database: Database

  const count = async (): Promise<unknown> =>
    (await database.query('select count(*)::integer as count from reverie.pool_test'))[0]

  beforeAll(async () => {
    database = await openDatabase({ memory: true }, { logger: silentLogger })
    await database.query('create table reverie.pool_test (id integer primary key)')
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.query('truncate reverie.pool_test')
  })

  it('rolls a transaction back when its work fails, and passes the reason on', async () => {
    const work = database.transaction(async (transaction) => {
      await transaction.query('insert into reverie.pool_test values (1)')
      throw new Error('changed our mind')
    })
    await expect(work).rejects.toThrow('changed our mind')
    expect(await count()).toEqual({ count: 0 })
  })

  it('keeps what others do out of a client that is between BEGIN and ROLLBACK', async () => {
    const client = await database.pool.connect()
    await client.query('BEGIN')
    await client.query('insert into reverie.pool_test values (1)')
    const others = [
      database.query('insert into reverie.pool_test values (2)'),
      database.transaction((inner) => inner.query('insert into reverie.pool_test values (3)')),
      database.pool.query('insert into reverie.pool_test values ($1)', [4]),
    ]
    await client.query('insert into reverie.pool_test values (5)')
    await client.query('ROLLBACK')
    await Promise.all(others)
    client.release()
    expect(await database.query('select id from reverie.pool_test order by id')).toEqual([
      { id: 2 },
      { id: 3 },
      { id: 4 },
    ])
  })

  it('lets transactions of two clients take turns', async () => {
    const increment = async (id: number) => {
      const client = await database.pool.connect()
      await client.query('begin')
      await client.query('insert into reverie.pool_test values ($1)', [id])
      await client.query('commit')
      client.release()
    }
    await Promise.all([1, 2, 3, 4].map(increment))
    expect(await count()).toEqual({ count: 4 })
  })

  it('goes on after a client failed in its transaction, or left it open', async () => {
    const failed = await database.pool.connect()
    await failed.query('begin')
    await expect(failed.query('select nothing from nowhere')).rejects.toMatchObject({
      code: '42P01',
    })
    await failed.query('rollback')
    failed.release()

    const left = await database.pool.connect()
    await left.query('begin')
    await left.query('insert into reverie.pool_test values (1)')
    left.release()
    expect(await count()).toEqual({ count: 0 })
  })

  it('runs scripts of several statements when they have no parameters', async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      'insert into reverie.pool_test values (1); select id from reverie.pool_test',
    )
    expect(rows).toEqual([{ id: 1 }])
  })

  it('delivers notifications to clients that are checked out', async () => {
    const listening = await database.pool.connect()
    const heard: PoolNotification[] = []
    listening.on('notification', (message) => heard.push(message))
    await listening.query('listen news')
    await database.pool.query('select pg_notify($1, $2)', ['news', 'first'])
    await vi.waitFor(() => expect(heard).toEqual([{ channel: 'news', payload: 'first' }]))
    listening.release()
    await database.pool.query('select pg_notify($1, $2)', ['news', 'second'])
    expect(heard).toHaveLength(1)
  })
})

describe('a closed database', () => {
  it('answers nothing more', async () => {
    const database = await openDatabase({ memory: true }, { logger: silentLogger })
    await database.close()
    await expect(database.query('select 1')).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })
})
