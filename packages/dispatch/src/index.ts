export { type Admission, admit } from './admission/admit.ts'
export type { SentInputs } from './admission/inputs.ts'
export { createDispatch, type Dispatch } from './dispatch.ts'
export { explainWait, type NameModel } from './explain-wait.ts'
export { type LaneNeeds, laneOf, needsOf, needsOfRender } from './lane.ts'
export { createLocalEvents } from './local-events.ts'
export { type Candidate, type Matching, match, type Pair, type Rejection } from './match.ts'
export { DISPATCH_DEFAULTS, type DispatchOptions } from './options.ts'
export type {
  Catalogue,
  CatalogueModel,
  DispatchModules,
  Idempotency,
  InspectedResult,
  InspectResult,
} from './ports.ts'
export type { Waiting } from './positions.ts'
export type { RenderService } from './render-service.ts'
export { specOf } from './spec.ts'
