import type { Account, AccountId, AccountRecords, Sha256 } from '@reverie/core'
import { ReverieError } from '@reverie/core'

const publicPart = ({ id, name, role }: Account): Account => ({ id, name, role })

/** {@link AccountRecords} in memory. */
export function createMemoryAccountRecords(): AccountRecords {
  const accounts = new Map<AccountId, Account & { readonly createdAt: number }>()
  const keys = new Map<Sha256, AccountId>()
  return {
    async create(account, at) {
      if (accounts.has(account.id)) {
        throw new ReverieError('internal', `account ${account.id} exists; draw a new id`)
      }
      accounts.set(account.id, { ...account, createdAt: at })
    },
    async addKey({ hash, account }) {
      if (!accounts.has(account)) {
        throw new ReverieError('internal', `no account ${account}; create it before its key`)
      }
      keys.set(hash, account)
    },
    async byKey(hash) {
      const account = keys.get(hash)
      const found = account && accounts.get(account)
      return found && publicPart(found)
    },
    async removeKey(hash) {
      keys.delete(hash)
    },
    withRole: async (role) =>
      [...accounts.values()]
        .filter((account) => account.role === role)
        .toSorted((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id))
        .map(publicPart),
  }
}
