import type { AccountId, InputRecord, InputRecords } from '@reverie/core'
import { newAccountId } from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildSha256 } from '../builders/ids.ts'
import type { RecordsHarness } from './harness.ts'

const NOW = Date.UTC(2026, 0, 1)

const buildInput = (of: string, changes: Partial<InputRecord> = {}): InputRecord => ({
  hash: buildSha256(of),
  bytes: 20_000,
  width: 128,
  height: 96,
  ...changes,
})

/** What all {@link InputRecords} guarantee. */
export function describeInputRecordsContract(
  name: string,
  setup: () => Promise<RecordsHarness>,
): void {
  describe(`${name} as records of input pictures`, () => {
    let account: AccountId
    let harness: RecordsHarness
    let inputs: InputRecords

    beforeEach(async () => {
      harness = await setup()
      inputs = harness.inputs
      account = await newAccount()
    })
    afterEach(() => harness.close())

    async function newAccount(): Promise<AccountId> {
      const id = newAccountId()
      await harness.accounts.create({ id, name: 'Ada', role: 'artist' }, NOW)
      return id
    }

    it('finds what an account has sent, and nothing else of what is asked for', async () => {
      const [cat, dog] = [buildInput('cat'), buildInput('dog', { width: 4_096, height: 4_096 })]
      for (const each of [cat, dog]) await inputs.add(account, each, NOW)
      const hashes = [dog.hash, cat.hash, buildSha256('never sent')]
      const found = await inputs.find(account, hashes)
      expect(found.toSorted((a, b) => a.width - b.width)).toEqual([cat, dog])
      expect(await inputs.find(account, [])).toEqual([])
    })

    it('keeps one record of a picture that is sent twice', async () => {
      const cat = buildInput('cat')
      await Promise.all([inputs.add(account, cat, NOW), inputs.add(account, cat, NOW + 1)])
      expect(await inputs.find(account, [cat.hash, cat.hash])).toEqual([cat])
    })

    it('keeps accounts apart, also where they sent the same picture', async () => {
      const cat = buildInput('cat')
      const other = await newAccount()
      await inputs.add(account, cat, NOW)
      expect(await inputs.find(other, [cat.hash])).toEqual([])
      await inputs.add(other, cat, NOW)
      expect(await inputs.find(other, [cat.hash])).toEqual([cat])
    })
  })
}
