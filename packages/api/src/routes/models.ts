import * as z from 'zod/mini'
import { defineRoute } from '../route.ts'
import { ModelList, ModelView } from '../views/model-view.ts'

export const listModels = defineRoute({
  method: 'GET',
  path: '/v1/models',
  tag: 'models',
  summary: 'List the models served here',
  auth: 'public',
  answer: { kind: 'json', status: 200, schema: ModelList },
  errors: [],
})

export const getModel = defineRoute({
  method: 'GET',
  path: '/v1/models/:name',
  tag: 'models',
  summary: 'Look at a model',
  auth: 'public',
  /** A name or a CID. */
  params: z.object({ name: z.string().check(z.minLength(1), z.maxLength(200)) }),
  answer: { kind: 'json', status: 200, schema: ModelView },
  errors: ['model_not_found'],
})
