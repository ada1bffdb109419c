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

/** A number typed as text. */
export const decimal = (min: number, max: number) => {
  const message = `must be a number from ${min} to ${max}`
  return z.pipe(
    z.pipe(z.string().check(z.regex(/\S/, message)), z.transform(Number)),
    z.number(message).check(z.refine((n) => n >= min && n <= max, message)),
  )
}

/** One of these words. */
export const oneOf = <const Word extends string>(words: readonly Word[]) =>
  z.enum(words, `must be one of ${words.join(', ')}`)

export const Port = wholeNumber(0, MAX_PORT)

export const HttpUrl = z
  .string()
  .check(
    z.refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      'must be an address such as http://127.0.0.1:7420',
    ),
  )
