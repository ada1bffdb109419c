import { defineRoute } from '../route.ts'
import { WorkerList } from '../views/worker-view.ts'

export const listWorkers = defineRoute({
  method: 'GET',
  path: '/v1/workers',
  tag: 'workers',
  summary: 'List the workers of this coordinator',
  description: 'Every connected worker, and the most recently seen of the others.',
  auth: 'public',
  answer: { kind: 'json', status: 200, schema: WorkerList },
  errors: [],
})
