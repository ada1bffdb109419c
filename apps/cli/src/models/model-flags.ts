import { ModelFamily, ModelKind } from '@reverie/core'
import * as z from 'zod/mini'
import { parseValues } from '../args/parse-input.ts'
import { oneOf } from '../args/values.ts'
import type { Flags, Input } from '../command.ts'

/** What people may say about a model that they install. */
export const MODEL_FLAGS: Flags = {
  name: { type: 'string', value: '<name>', about: "what to call it (default: the source's name)" },
  title: { type: 'string', value: '<text>', about: 'what people read' },
  kind: {
    type: 'string',
    value: '<kind>',
    about: `where it cannot be told: ${ModelKind.options.join(', ')}`,
  },
  family: {
    type: 'string',
    value: '<family>',
    about: `where it cannot be told: ${ModelFamily.options.join(', ')}`,
  },
  licence: { type: 'string', value: '<SPDX>', about: 'where the source names none' },
  replace: { type: 'boolean', about: 'put it in the place of another model of its name' },
}

const Values = z.object({
  name: z.optional(z.string()),
  title: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  kind: z.optional(oneOf(ModelKind.options as [ModelKind, ...ModelKind[]])),
  family: z.optional(oneOf(ModelFamily.options as [ModelFamily, ...ModelFamily[]])),
  licence: z.optional(z.string().check(z.minLength(1), z.maxLength(90))),
  replace: z._default(z.boolean(), false),
})

/** @throws ReverieError `invalid_option` */
export const parseModelFlags = ({ values }: Input): z.infer<typeof Values> =>
  parseValues(Values, values)
