import { join } from 'node:path'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { HttpUrl } from '../args/values.ts'
import type { Context, Input } from '../command.ts'

const HUB = 'https://huggingface.co'

/** Where this machine's models lie: coordinator and worker of `up` look there. */
export const libraryFolder = ({ home }: Pick<Context, 'home'>): string => join(home, 'models')

/** The hub: HF_ENDPOINT, else Hugging Face. @throws ReverieError `invalid_option` */
export function hubEndpoint({ env }: Pick<Context, 'env'>): URL {
  const parsed = z.safeParse(HttpUrl, env.HF_ENDPOINT || HUB)
  if (parsed.success) return new URL(parsed.data)
  throw new ReverieError('invalid_option', `HF_ENDPOINT ${parsed.error.issues[0]?.message}`, {
    field: 'HF_ENDPOINT',
  })
}

/** The one operand of a command. @throws ReverieError `invalid_option` */
export function onlyOperand({ operands }: Input, what: string): string {
  const [first, second] = operands
  if (first === undefined) {
    throw new ReverieError('invalid_option', `What is missing: ${what}.`, { accepted: what })
  }
  if (second !== undefined) {
    throw new ReverieError('invalid_option', `One at a time: "${second}" is one too many.`, {
      field: second,
    })
  }
  return first
}
