export { type Channel, type ChannelOptions, openChannel } from './channel/channel.ts'
export type { ReadOptions } from './channel/frame-reader.ts'
export type { GatewayOptions } from './gateway/options.ts'
export type { Admit } from './gateway/session-server.ts'
export {
  createWorkerGateway,
  type NetworkWorkerGateway,
  type WorkerGatewayModules,
} from './gateway/worker-gateway.ts'
export { generateIdentity, IDENTITY_FILE, type Identity, loadIdentity } from './identity.ts'
export { type CoordinatorLinkModules, createCoordinatorLink } from './link/coordinator-link.ts'
export type { LinkOptions } from './link/options.ts'
export { DEFAULT_NODE_LIMITS, type NodeLimits } from './node/limits.ts'
export { createNode, type NetworkNode, type NodeModules, type NodeOptions } from './node/node.ts'
