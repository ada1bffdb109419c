export {
  type DecodeOptions,
  decodeCanonical,
  decodeMessage,
  encodeCanonical,
  parseValue,
} from './codec.ts'
export {
  MAX_IMAGE_FRAME_BYTES,
  MAX_INPUT_FRAME_BYTES,
  MESSAGE_LIMITS,
  SESSION_TIMING,
  SESSION_TIMING_RANGE,
} from './limits.ts'
export { defineMessages, type MessageSet } from './message-set.ts'
export {
  InputFromCoordinator,
  InputFromWorker,
  inputFromCoordinator,
  inputFromWorker,
} from './messages/input.ts'
export {
  JobFromCoordinator,
  JobFromWorker,
  jobFromCoordinator,
  jobFromWorker,
} from './messages/job.ts'
export {
  ResultFromCoordinator,
  ResultFromWorker,
  resultFromCoordinator,
  resultFromWorker,
} from './messages/result.ts'
export {
  SentProfile,
  SessionFromCoordinator,
  SessionFromWorker,
  sessionFromCoordinator,
  sessionFromWorker,
} from './messages/session.ts'
export { boundedError, isFinalRefusal, PEER_ERROR_LIMITS, peerError } from './peer-error.ts'
export { MESSAGE_VERSION, PROTOCOL_IDS, type ProtocolName } from './protocol-ids.ts'
export { MAX_RECEIPT_BYTES, Receipt, ReceiptBody, WorkerReceipt } from './receipt.ts'
