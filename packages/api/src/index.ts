export { type Client, type ClientOptions, createClient } from './client/create-client.ts'
export type {
  CallOptions,
  IdempotentCallOptions,
  ImageFile,
  InputOf,
  OutputOf,
} from './client/input.ts'
export type { ReconnectOptions } from './client/watch.ts'
export { API_VERSION, type OpenApiDocument, openApiDocument } from './openapi/document.ts'
export { errorsOf, type RouteAnswer, type RouteDefinition } from './route.ts'
export { ROUTES, type RouteName, type Routes } from './routes.ts'
export { ErrorBody } from './views/error-body.ts'
export { InputView } from './views/input-view.ts'
export { instantOf } from './views/instant.ts'
export { ModelList, ModelView } from './views/model-view.ts'
export { ReceiptView } from './views/receipt-view.ts'
export { ImageView, JobView, RenderPage, RenderView } from './views/render-view.ts'
export { LandingView, LiveView, ReadyView } from './views/service-view.ts'
export { WorkerList, WorkerView } from './views/worker-view.ts'
export { acceptedBy } from './words/accepted.ts'
export { parsePart, type RequestPart } from './words/field-error.ts'
