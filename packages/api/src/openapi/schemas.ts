import { RenderEvent, RenderRequest } from '@reverie/core'
import * as z from 'zod/mini'
import { ErrorBody } from '../views/error-body.ts'
import { InputView } from '../views/input-view.ts'
import { ModelList, ModelView } from '../views/model-view.ts'
import { ReceiptView } from '../views/receipt-view.ts'
import { RenderPage, RenderView } from '../views/render-view.ts'
import { LandingView, LiveView, ReadyView } from '../views/service-view.ts'
import { WorkerList, WorkerView } from '../views/worker-view.ts'

const NAMED: Readonly<Record<string, z.ZodMiniType>> = {
  RenderRequest,
  RenderView,
  RenderPage,
  RenderEvent,
  ReceiptView,
  InputView,
  ModelView,
  ModelList,
  WorkerView,
  WorkerList,
  LandingView,
  LiveView,
  ReadyView,
  ErrorBody,
}

const refOf = (name: string) => `#/components/schemas/${name}`

/** Keywords of a stand-alone schema that have no place inside a document. */
function withoutFrame(schema: object): Record<string, unknown> {
  const { $schema: _dialect, $id: _id, ...rest } = schema as Record<string, unknown>
  return rest
}

/** The schemas under `components`, by name. OpenAPI 3.1 takes JSON Schema 2020-12 as it is. */
export function componentSchemas(): Record<string, Record<string, unknown>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: refOf })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, withoutFrame(schema)]),
  )
}

/** A reference where the schema has a name, the schema itself where it has none. */
export function schemaOrRef(schema: z.core.$ZodType): Record<string, unknown> {
  const name = Object.keys(NAMED).find((each) => NAMED[each] === schema)
  if (name !== undefined) return { $ref: refOf(name) }
  return withoutFrame(z.toJSONSchema(schema, { io: 'input' }))
}
