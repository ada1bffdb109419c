import type { AccountId, Sha256 } from '../ids.ts'

export type Role = 'artist' | 'operator'

export interface Account {
  readonly id: AccountId
  readonly name: string
  readonly role: Role
}

/** Accounts and their API keys. A key itself is never stored: only its SHA-256 (keys are 256 random bits, so no slow hash is needed). */
export interface AccountRecords {
  create(account: Account, at: number): Promise<void>
  addKey(
    key: { readonly hash: Sha256; readonly account: AccountId; readonly label: string },
    at: number,
  ): Promise<void>
  /** Undefined when no account has this key. */
  byKey(hash: Sha256): Promise<Account | undefined>
  removeKey(hash: Sha256): Promise<void>
  /** Every account with this role, oldest first. */
  withRole(role: Role): Promise<readonly Account[]>
}
