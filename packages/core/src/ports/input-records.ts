import type { AccountId, Sha256 } from '../ids.ts'

/** An input picture that an account has sent: its file is a blob. */
export interface InputRecord {
  readonly hash: Sha256
  readonly bytes: number
  /** Pixels. */
  readonly width: number
  readonly height: number
}

/**
 * Who has sent which input pictures. Every implementation: the same picture sent twice by one account is one record; two
 * accounts that send the same picture have one each, and neither can tell that the other has.
 */
export interface InputRecords {
  /** Durable when it resolves. */
  add(account: AccountId, input: InputRecord, at: number): Promise<void>
  /** Those of `hashes` that this account has sent, in any order. */
  find(account: AccountId, hashes: readonly Sha256[]): Promise<readonly InputRecord[]>
}
