import { type ErrorCode, type ErrorFacts, type ErrorObject, isErrorCode } from '@reverie/core'
import * as z from 'zod/mini'

/** Bounds of an error that crosses peers. */
export const PEER_ERROR_LIMITS = { messageChars: 1_000, facts: 16, nameChars: 40, valueChars: 200 }

const { messageChars, facts: maxFacts, nameChars, valueChars } = PEER_ERROR_LIMITS

const FactValue = z.union([z.string().check(z.maxLength(valueChars)), z.number(), z.boolean()])
const Facts = z
  .record(z.string().check(z.maxLength(nameChars)), FactValue)
  .check(z.refine((facts) => Object.keys(facts).length <= maxFacts, `at most ${maxFacts} facts`))

const WireError = z.object({
  code: z.string().check(z.regex(/^[a-z][a-z0-9_]{0,63}$/)),
  message: z.string().check(z.maxLength(messageChars)),
  facts: z._default(z.optional(Facts), {}),
})

/**
 * An error as a peer sends it. A code that this build does not know, because the peer is newer, becomes `generic`; the
 * sentence stays. The text is the peer's: show it bounded, log it at debug only.
 */
export const peerError = (generic: ErrorCode) =>
  z.pipe(
    WireError,
    z.transform(
      ({ code, message, facts }): ErrorObject => ({
        code: isErrorCode(code) ? code : generic,
        message,
        facts,
      }),
    ),
  )

/** Cuts at `max` UTF-16 units, never inside a surrogate pair: half of one has no UTF-8. */
function cut(text: string, max: number): string {
  const whole = text.toWellFormed()
  if (whole.length <= max) return whole
  const end = whole.codePointAt(max - 1)
  return whole.slice(0, end !== undefined && end > 0xffff ? max - 1 : max)
}

function boundedFact(value: string | number | boolean | undefined) {
  if (typeof value === 'string') return cut(value, valueChars)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value
}

/** The part of an error that fits the wire: text and facts cut to {@link PEER_ERROR_LIMITS}, absent facts left out. */
export function boundedError({ code, message, facts }: ErrorObject): ErrorObject {
  const kept = Object.entries(facts)
    .filter(([name, value]) => value !== undefined && name.length <= nameChars)
    .slice(0, maxFacts)
    .map(([name, value]) => [name.toWellFormed(), boundedFact(value)] as const)
  const bounded: ErrorFacts = Object.fromEntries(kept)
  return { code, message: cut(message, messageChars), facts: bounded }
}

/**
 * Whether a coordinator that refused a worker wants it to stay away for good: `peer_refused` with the fact
 * `final: true`, e.g. a ban. Every other refusal may be tried again, slowly.
 */
export const isFinalRefusal = (error: ErrorObject): boolean =>
  error.code === 'peer_refused' && error.facts.final === true
