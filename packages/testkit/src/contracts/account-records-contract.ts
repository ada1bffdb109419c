import type { Account, AccountRecords } from '@reverie/core'
import { newAccountId } from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildSha256 } from '../builders/ids.ts'
import type { RecordsHarness } from './harness.ts'

const NOW = Date.UTC(2026, 0, 1)

const buildAccount = (changes: Partial<Account> = {}): Account => ({
  id: newAccountId(),
  name: 'Ada',
  role: 'artist',
  ...changes,
})

/** What all {@link AccountRecords} guarantee. */
export function describeAccountRecordsContract(
  name: string,
  setup: () => Promise<RecordsHarness>,
): void {
  describe(`${name} as account records`, () => {
    let harness: RecordsHarness
    let accounts: AccountRecords

    beforeEach(async () => {
      harness = await setup()
      accounts = harness.accounts
    })
    afterEach(() => harness.close())

    it('finds an account by each of its keys', async () => {
      const account = buildAccount({ role: 'operator' })
      await accounts.create(account, NOW)
      for (const label of ['studio', 'cli']) {
        await accounts.addKey({ hash: buildSha256(label), account: account.id, label }, NOW)
      }
      expect(await accounts.byKey(buildSha256('studio'))).toEqual(account)
      expect(await accounts.byKey(buildSha256('cli'))).toEqual(account)
    })

    it('finds nobody by an unknown key', async () => {
      expect(await accounts.byKey(buildSha256('unknown'))).toBeUndefined()
    })

    it('finds nobody by a removed key and keeps the others', async () => {
      const account = buildAccount()
      await accounts.create(account, NOW)
      for (const label of ['old', 'new']) {
        await accounts.addKey({ hash: buildSha256(label), account: account.id, label }, NOW)
      }
      await accounts.removeKey(buildSha256('old'))
      await accounts.removeKey(buildSha256('old'))
      expect(await accounts.byKey(buildSha256('old'))).toBeUndefined()
      expect(await accounts.byKey(buildSha256('new'))).toEqual(account)
    })

    it('takes no second account with one id, and no key of an unknown account', async () => {
      const account = buildAccount()
      await accounts.create(account, NOW)
      await expect(accounts.create(account, NOW)).rejects.toMatchObject({ code: 'internal' })
      const key = { hash: buildSha256('key'), account: newAccountId(), label: 'stray' }
      await expect(accounts.addKey(key, NOW)).rejects.toMatchObject({ code: 'internal' })
    })

    it('lists the accounts of a role, oldest first', async () => {
      const second = buildAccount({ role: 'operator', name: 'second' })
      const first = buildAccount({ role: 'operator', name: 'first' })
      await accounts.create(second, NOW + 1)
      await accounts.create(first, NOW)
      await accounts.create(buildAccount({ role: 'artist' }), NOW)
      expect(await accounts.withRole('operator')).toEqual([first, second])
    })
  })
}
