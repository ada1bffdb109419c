export { type BindOptions, bindRoutes } from './bind-routes.ts'
export { errorBody } from './error-answer.ts'
export { frameworkError, wrongContentType } from './framework-error.ts'
export type { Handler, Handlers, RouteCall, ServedRoute, UploadedFile } from './handlers.ts'
