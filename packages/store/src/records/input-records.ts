import type { InputRecords } from '@reverie/core'
import type { Database } from '../database.ts'
import { InputRow } from './rows.ts'

/** $1 account, $2 hash, $3 bytes, $4 width, $5 height, $6 at. */
const ADD_INPUT = `
  insert into reverie.inputs (account, hash, bytes, width, height, created_at)
  values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing`

/** $1 account, $2 hashes. */
const FIND_INPUTS = `
  select hash, bytes, width, height from reverie.inputs
  where account = $1 and hash = any($2::text[])`

/** {@link InputRecords} in the database. */
export function createInputRecords(database: Database): InputRecords {
  return {
    async add(account, { hash, bytes, width, height }, at) {
      await database.durably(ADD_INPUT, [account, hash, bytes, width, height, at])
    },
    async find(account, hashes) {
      if (hashes.length === 0) return []
      const rows = await database.query(FIND_INPUTS, [account, [...hashes]])
      return rows.map((row) => InputRow.parse(row))
    },
  }
}
