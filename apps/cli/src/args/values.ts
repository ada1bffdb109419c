import * as z from 'zod/mini'

const MAX_PORT = 65_535

const digits = (text: string): boolean => /^\d{1,15}$/.test(text)

/** A whole number typed as text. */
export const wholeNumber = (min: number, max: number) =>
  z.pipe(
    z.pipe(
      z.string().check(z.refine(digits, `must be a whole number from ${min} to ${max}`)),
      z.transform(Number),
    ),
    z
      .int()
      .check(z.refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`)),
  )

export const Port = wholeNumber(0, MAX_PORT)

export const HttpUrl = z
  .string()
  .check(
    z.refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      'must be an address such as http://127.0.0.1:7420',
    ),
  )
