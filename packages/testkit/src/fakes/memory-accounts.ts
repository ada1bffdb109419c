import type { Account, AccountId, AccountRecords, Sha256 } from '@reverie/core'
import { ReverieError } from '@reverie/core'

/** {@link AccountRecords} in memory. */
export function createMemoryAccountRecords(): AccountRecords {
  const accounts = new Map<AccountId, Account>()
  const keys = new Map<Sha256, AccountId>()
  return {
    async create(account) {
      if (accounts.has(account.id)) {
        throw new ReverieError('internal', `account ${account.id} exists; draw a new id`)
      }
      accounts.set(account.id, account)
    },
    async addKey({ hash, account }) {
      if (!accounts.has(account)) {
        throw new ReverieError('internal', `no account ${account}; create it before its key`)
      }
      keys.set(hash, account)
    },
    async byKey(hash) {
      const account = keys.get(hash)
      return account && accounts.get(account)
    },
    async removeKey(hash) {
      keys.delete(hash)
    },
    withRole: async (role) => [...accounts.values()].filter((account) => account.role === role),
  }
}
