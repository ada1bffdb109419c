import type { RouteDefinition } from '../route.ts'
import { ROUTES } from '../routes.ts'
import { openApiPath, operationOf } from './operation.ts'
import { componentSchemas } from './schemas.ts'

/** The parts of an OpenAPI 3.1 document that callers look at. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly info: Readonly<Record<string, unknown>>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>
  readonly components: Readonly<Record<string, unknown>>
  readonly tags: readonly unknown[]
}

/** Version of the HTTP contract, not of the program that speaks it. */
export const API_VERSION = '1.0.0'

const TAGS = [
  { name: 'renders', description: 'What artists ask for.' },
  { name: 'inputs', description: 'Pictures and masks to render with.' },
  { name: 'images', description: 'Finished pictures, by content hash.' },
  { name: 'models', description: 'What can be rendered with.' },
  { name: 'workers', description: 'Who renders.' },
  { name: 'service', description: 'Health, metrics and this documentation.' },
]

/** The OpenAPI 3.1 description of every route. */
export function openApiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, Record<string, unknown>>> = {}
  for (const [name, route] of Object.entries(ROUTES) as [string, RouteDefinition][]) {
    const path = openApiPath(route.path)
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operationOf(name, route)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Reverie',
      version: API_VERSION,
      description:
        'Stable Diffusion on volunteers’ machines. Ask for a render, watch it, fetch the image and the signed receipt that proves who made it with what.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: TAGS,
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key: rvk_...' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  }
}
