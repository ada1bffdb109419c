import { silentLogger } from '@reverie/core'
import { createRecords, type Database, openDatabase } from '@reverie/store'
import {
  describeAccountRecordsContract,
  describeInputRecordsContract,
  describeRenderRecordsContract,
  describeWorkerRecordsContract,
  type RecordsHarness,
} from '@reverie/testkit'
import { afterAll, beforeAll } from 'vitest'

let database: Database

beforeAll(async () => {
  database = await openDatabase({ memory: true }, { logger: silentLogger })
})
afterAll(() => database.close())

const setup = async (): Promise<RecordsHarness> => {
  await database.query(
    'truncate reverie.renders, reverie.accounts, reverie.workers restart identity cascade',
  )
  return { ...createRecords(database), close: async () => {} }
}

describeRenderRecordsContract('records in PGlite', setup)
describeAccountRecordsContract('records in PGlite', setup)
describeWorkerRecordsContract('records in PGlite', setup)
describeInputRecordsContract('records in PGlite', setup)
