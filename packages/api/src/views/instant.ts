import * as z from 'zod/mini'

/** A moment in UTC, ISO 8601 with milliseconds: "2026-01-31T12:00:00.000Z". */
export const Instant = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/))

/** `at`: milliseconds since the epoch. */
export const instantOf = (at: number): string => new Date(at).toISOString()
