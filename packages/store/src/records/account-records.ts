import type { AccountRecords } from '@reverie/core'
import type { Database } from '../database.ts'
import { AccountRow, storableText } from './rows.ts'

/** $1 id, $2 name, $3 role, $4 at. */
const INSERT_ACCOUNT = `
  insert into reverie.accounts (id, name, role, created_at) values ($1, $2, $3, $4)`

/** $1 hash, $2 account, $3 label, $4 at. */
const INSERT_KEY = `
  insert into reverie.api_keys (hash, account, label, created_at) values ($1, $2, $3, $4)`

/** $1 hash. */
const FIND_BY_KEY = `
  select a.id, a.name, a.role from reverie.api_keys k join reverie.accounts a on a.id = k.account
  where k.hash = $1`

/** $1 hash. */
const DELETE_KEY = 'delete from reverie.api_keys where hash = $1'

/** $1 role. Oldest first. */
const LIST_BY_ROLE =
  'select id, name, role from reverie.accounts where role = $1 order by created_at, id'

/** {@link AccountRecords} in the database. */
export function createAccountRecords(database: Database): AccountRecords {
  return {
    async create({ id, name, role }, at) {
      await database.durably(INSERT_ACCOUNT, [id, storableText(name), role, at])
    },
    async addKey({ hash, account, label }, at) {
      await database.durably(INSERT_KEY, [hash, account, storableText(label), at])
    },
    async byKey(hash) {
      const [row] = await database.query(FIND_BY_KEY, [hash])
      return row === undefined ? undefined : AccountRow.parse(row)
    },
    async removeKey(hash) {
      await database.durably(DELETE_KEY, [hash])
    },
    withRole: async (role) =>
      (await database.query(LIST_BY_ROLE, [role])).map((row) => AccountRow.parse(row)),
  }
}
