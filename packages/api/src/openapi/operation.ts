import { ERROR_CODES, type ErrorCode } from '@reverie/core'
import type * as z from 'zod/mini'
import { errorsOf, type RouteAnswer, type RouteDefinition } from '../route.ts'
import { ErrorBody } from '../views/error-body.ts'
import { acceptedBy } from '../words/accepted.ts'
import { schemaOrRef } from './schemas.ts'

type Json = Record<string, unknown>

const json = (schema: z.core.$ZodType): Json => ({
  'application/json': { schema: schemaOrRef(schema) },
})

function contentOf(answer: RouteAnswer): Json {
  switch (answer.kind) {
    case 'json':
    case 'report':
      return json(answer.schema)
    case 'events':
      return { 'text/event-stream': { schema: schemaOrRef(answer.schema) } }
    case 'image':
      return { 'image/png': {}, 'image/jpeg': {}, 'image/webp': {} }
    case 'text':
      return { [answer.contentType]: { schema: { type: 'string' } } }
    case 'document':
      return { 'application/json': { schema: { type: 'object' } } }
  }
}

function parametersOf(fields: z.ZodMiniObject | undefined, place: string): Json[] {
  if (fields === undefined) return []
  const { properties = {}, required = [] } = schemaOrRef(fields) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  const shape: Record<string, z.core.$ZodType> = fields.shape
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(shape[name] ? { description: acceptedBy(shape[name]) } : {}),
    schema,
  }))
}

/** One answer for each status; several codes may share one. */
function errorResponses(codes: readonly ErrorCode[]): Json {
  const byStatus = Object.groupBy(codes, (code) => ERROR_CODES[code].status)
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, shared = []]) => [
      status,
      {
        description: shared.map((code) => `\`${code}\`: ${ERROR_CODES[code].summary}`).join('\n\n'),
        content: json(ErrorBody),
      },
    ]),
  )
}

const SPECIAL_ANSWERS: Partial<Record<RouteAnswer['kind'], (answer: RouteAnswer) => Json>> = {
  image: (answer) => ({
    206: { description: 'The range asked for.', content: contentOf(answer) },
    304: { description: 'The image is the one that `If-None-Match` names.' },
  }),
  report: (answer) => ({ 503: { description: 'A part is red.', content: contentOf(answer) } }),
}

/** ":name" of the route table as "{name}" of OpenAPI. */
export const openApiPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

function requestBodyOf({ body, file }: RouteDefinition): Json | undefined {
  if (file) return { required: true, content: Object.fromEntries(file.types.map((t) => [t, {}])) }
  if (!body) return undefined
  const content = { schema: schemaOrRef(body.schema), example: body.example }
  return { required: true, content: { 'application/json': content } }
}

export function operationOf(name: string, route: RouteDefinition): Json {
  const { answer } = route
  const requestBody = requestBodyOf(route)
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...parametersOf(route.headers, 'header'),
  ]
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: route.auth === 'account' ? [{ bearer: [] }, { apiKey: [] }] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: {
      [answer.status]: {
        description: answer.status === 202 ? 'Stored and queued.' : 'Done.',
        content: contentOf(answer),
      },
      ...errorResponses(errorsOf(route)),
      ...SPECIAL_ANSWERS[answer.kind]?.(answer),
    },
  }
}
