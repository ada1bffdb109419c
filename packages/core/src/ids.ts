import { v7 } from 'uuid'
import * as z from 'zod/mini'

/** UUIDv7 text, lower case; ids sort by creation time. */
const uuid = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))

/** Names one render: what an artist asked for. */
export const RenderId = uuid.brand<'RenderId'>()
export type RenderId = z.infer<typeof RenderId>

/** Names one job: one image of a render, the unit that is leased, signed and paid. */
export const JobId = uuid.brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

/** Names one account. */
export const AccountId = uuid.brand<'AccountId'>()
export type AccountId = z.infer<typeof AccountId>

/** A libp2p peer id of an Ed25519 key, base58btc text ("12D3KooW..."). */
export const PeerId = z
  .string()
  .check(z.regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/))
  .brand<'PeerId'>()
export type PeerId = z.infer<typeof PeerId>

/** CIDv1 of a model manifest: DAG-CBOR, SHA-256, base32 lower case ("bafyrei..."). */
export const ManifestCid = z
  .string()
  .check(z.regex(/^bafyrei[a-z2-7]{52}$/))
  .brand<'ManifestCid'>()
export type ManifestCid = z.infer<typeof ManifestCid>

/** SHA-256 as 64 lower-case hex digits. */
export const Sha256 = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/))
  .brand<'Sha256'>()
export type Sha256 = z.infer<typeof Sha256>

export const newRenderId = (): RenderId => v7() as RenderId
export const newJobId = (): JobId => v7() as JobId
export const newAccountId = (): AccountId => v7() as AccountId
