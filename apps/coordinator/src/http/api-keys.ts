import { createHash, randomBytes } from 'node:crypto'
import { Sha256 } from '@reverie/core'

const KEY_BYTES = 32
const KEY_FORM = /^rvk_[A-Za-z0-9_-]{43}$/

/** A new API key: "rvk_" and 256 random bits in base64url. Shown once; only {@link hashApiKey} of it is kept. */
export const newApiKey = (): string => `rvk_${randomBytes(KEY_BYTES).toString('base64url')}`

export const isApiKey = (text: string): boolean => KEY_FORM.test(text)

/** What is stored of a key. 256 random bits cannot be searched, so no slow hash is needed; looking the hash up leaks no timing of the key. */
export const hashApiKey = (key: string): Sha256 =>
  Sha256.parse(createHash('sha256').update(key).digest('hex'))
