import { type AccountRecords, type Clock, newAccountId } from '@reverie/core'
import { hashApiKey, newApiKey } from './http/api-keys.ts'

/**
 * Makes the owner's account and API key at the first start; later a key only when a new one is asked for.
 *
 * @returns the key where it was made just now: only its hash is stored, so it cannot be shown again
 */
export async function ensureOwner(
  { accounts, clock }: { readonly accounts: AccountRecords; readonly clock: Clock },
  options: { readonly newKey: boolean },
): Promise<string | undefined> {
  const [known] = await accounts.withRole('operator')
  if (known && !options.newKey) return undefined
  const account = known ?? { id: newAccountId(), name: 'owner', role: 'operator' as const }
  if (!known) await accounts.create(account, clock.now())
  const apiKey = newApiKey()
  await accounts.addKey(
    { hash: hashApiKey(apiKey), account: account.id, label: 'owner' },
    clock.now(),
  )
  return apiKey
}
