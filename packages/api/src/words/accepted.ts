import {
  MAX_SEED,
  ManifestCid,
  PeerId,
  RENDER_LIMITS,
  RenderId,
  RenderRequest,
  SeedInput,
  Sha256,
} from '@reverie/core'
import * as z from 'zod/mini'
import { IdempotencyKey } from '../routes/renders.ts'

/** Words for schemas whose rule is a pattern or a function, which no generator can put into words. */
const WORDS = z.registry<{ words: string }>()
// Ids of renders, jobs and accounts share one schema; their brands exist only in types.
WORDS.add(RenderId, { words: 'an id (UUIDv7, lower case)' })
WORDS.add(Sha256, { words: 'a SHA-256 as 64 lower-case hex digits' })
WORDS.add(PeerId, { words: 'a peer id (12D3KooW...)' })
WORDS.add(ManifestCid, { words: 'the CID of a model manifest (bafyrei...)' })
WORDS.add(IdempotencyKey, { words: '1 to 200 visible ASCII characters' })
WORDS.add(SeedInput, {
  words: `a whole number from 0 to ${MAX_SEED}; above ${Number.MAX_SAFE_INTEGER} as text, because JSON numbers lose digits there`,
})
WORDS.add(RenderRequest.shape.prompt, {
  words: `text of 1 to ${RENDER_LIMITS.promptChars} characters, not only white space, without NUL or half surrogates`,
})
WORDS.add(bareSchema(RenderRequest.shape.negativePrompt), {
  words: `text of 0 to ${RENDER_LIMITS.promptChars} characters, without NUL or half surrogates`,
})

interface SchemaJson {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, unknown>>
}

const isEnum = (bare: z.core.$ZodType): boolean => bare._zod.def.type === 'enum'

const rangeOf = (low: number | undefined, high: number | undefined): string =>
  high === undefined ? `${low ?? 0} or more` : `${low ?? 0} to ${high}`

/** The schema below `optional`, defaults and the like: the one that says what a value must be. */
export function bareSchema(schema: z.core.$ZodType): z.core.$ZodType {
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType }
  return innerType === undefined ? schema : bareSchema(innerType)
}

/** The schemas of which a value may fit any. */
const optionsOf = (bare: z.core.$ZodType): readonly z.core.$ZodType[] =>
  (bare._zod.def as { options?: readonly z.core.$ZodType[] }).options ?? []

/**
 * The schema of the deepest field that a path leads to, and the part of the path that does: keys of objects and places
 * in lists.
 */
export function schemaAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
): { readonly schema: z.core.$ZodType; readonly depth: number } {
  const [key, ...rest] = path
  if (key === undefined) return { schema, depth: 0 }
  const { shape, element } = bareSchema(schema)._zod.def as {
    shape?: Readonly<Record<PropertyKey, z.core.$ZodType>>
    element?: z.core.$ZodType
  }
  const inner = typeof key === 'number' ? element : shape?.[key]
  if (inner === undefined) return { schema, depth: 0 }
  const found = schemaAt(inner, rest)
  return { ...found, depth: found.depth + 1 }
}

/** What a schema takes, in words: "1 to 500", "one of euler, ddim", "text of 0 to 8000 characters". */
export function acceptedBy(schema: z.core.$ZodType): string {
  const bare = bareSchema(schema)
  const known = WORDS.get(bare)
  if (known !== undefined) return known.words
  const options = optionsOf(bare)
  if (options.length > 0 && !isEnum(bare)) return options.map(acceptedBy).join(', or ')
  const json = z.toJSONSchema(bare, { io: 'input', unrepresentable: 'any' }) as SchemaJson
  if (json.enum !== undefined) return `one of ${json.enum.join(', ')}`
  switch (json.type) {
    case 'integer':
    case 'number':
      return rangeOf(json.minimum, json.maximum)
    case 'string':
      return `text of ${rangeOf(json.minLength, json.maxLength)} characters`
    case 'boolean':
      return 'true or false'
    case 'object':
      return `an object with the fields ${Object.keys(json.properties ?? {}).join(', ')}`
    case 'array':
      return `a list${json.maxItems === undefined ? '' : ` of at most ${json.maxItems}`}`
    default:
      return `a value of type ${json.type ?? 'unknown'}`
  }
}

/** True when only whole numbers will do. */
export const takesWholeNumbers = (schema: z.core.$ZodType): boolean =>
  (z.toJSONSchema(bareSchema(schema), { io: 'input', unrepresentable: 'any' }) as SchemaJson)
    .type === 'integer'
