import { describe, expect, it } from 'vitest'
import { errorsOf, openApiDocument, ROUTES, type RouteDefinition } from '../../src/index.ts'

const document = openApiDocument()
const routes = Object.entries(ROUTES) as [string, RouteDefinition][]

const operationOf = ({ method, path }: RouteDefinition) =>
  document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]

/** Every value under a key named `$ref`. */
function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    key === '$ref' ? [String(each)] : refsIn(each),
  )
}

describe('openApiDocument', () => {
  it.each(routes)('describes %s with its parameters, body and answers', (name, route) => {
    const operation = operationOf(route)
    expect(operation).toMatchObject({ operationId: name, summary: route.summary })
    const named = (operation?.parameters ?? []) as { name: string }[]
    const expected = [route.params, route.query, route.headers].flatMap((fields) =>
      Object.keys(fields?.shape ?? {}),
    )
    expect(named.map((each) => each.name)).toEqual(expected)
    expect(operation?.requestBody !== undefined).toBe((route.body ?? route.file) !== undefined)
    const text = JSON.stringify(operation?.responses)
    for (const code of errorsOf(route)) {
      if (route.answer.kind !== 'report' || code !== 'storage_unavailable') {
        expect(text).toContain(`\`${code}\``)
      }
    }
  })

  it('describes nothing else', () => {
    const operations = Object.values(document.paths).flatMap((each) => Object.values(each))
    expect(operations).toHaveLength(routes.length)
  })

  it('refers only to schemas that it has', () => {
    const { schemas } = document.components as { schemas: Record<string, unknown> }
    const refs = refsIn(document)
    expect(refs.length).toBeGreaterThan(0)
    for (const ref of refs) {
      expect(ref).toMatch(/^#\/components\/schemas\//)
      expect(Object.keys(schemas)).toContain(ref.split('/').at(-1))
    }
  })

  it('asks for a key exactly where the table does', () => {
    for (const [, route] of routes) {
      const security = operationOf(route)?.security as unknown[]
      expect(security.length > 0).toBe(route.auth === 'account')
    }
  })

  it('gives an example that the schema takes', () => {
    for (const [, { body }] of routes) {
      if (body) expect(() => body.schema.parse(body.example)).not.toThrow()
    }
  })
})
