import type { AccountId, InputRecord, InputRecords, Sha256 } from '@reverie/core'

/** {@link InputRecords} in memory. */
export function createMemoryInputRecords(): InputRecords {
  const sent = new Map<AccountId, Map<Sha256, InputRecord>>()
  return {
    async add(account, { hash, bytes, width, height }) {
      const ofAccount = sent.get(account) ?? new Map<Sha256, InputRecord>()
      sent.set(account, ofAccount.set(hash, { hash, bytes, width, height }))
    },
    find: async (account, hashes) =>
      [...new Set(hashes)].flatMap((hash) => sent.get(account)?.get(hash) ?? []),
  }
}
