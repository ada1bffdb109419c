import { getImage } from './routes/images.ts'
import { createInput } from './routes/inputs.ts'
import { getModel, listModels } from './routes/models.ts'
import {
  cancelRender,
  createRender,
  getReceipt,
  getRender,
  listRenders,
  renderEvents,
} from './routes/renders.ts'
import { docs, landing, live, metrics, openapi, ready } from './routes/service.ts'
import { listWorkers } from './routes/workers.ts'

/** Every route of the HTTP API; the name is the client's method and the OpenAPI operation. */
export const ROUTES = {
  createRender,
  listRenders,
  getRender,
  cancelRender,
  renderEvents,
  getReceipt,
  createInput,
  getImage,
  listModels,
  getModel,
  listWorkers,
  live,
  ready,
  metrics,
  openapi,
  docs,
  landing,
} as const

export type Routes = typeof ROUTES
export type RouteName = keyof Routes
