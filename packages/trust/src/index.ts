export { type Embedded, embedReceipt } from './embed/embed-receipt.ts'
export { readEmbedded } from './embed/read-embedded.ts'
export { peerIdOf, publicKeyOf } from './keys/peer-key.ts'
export { createSigner, type Signer } from './keys/signer.ts'
export { inclusionProof, type LeafPosition, verifyInclusion } from './merkle/inclusion.ts'
export { hashLeaf, hashNode, merkleRoot } from './merkle/tree.ts'
export { findPictureFormat, pictureFormatOf } from './picture/formats.ts'
export type { PictureFormat } from './picture/picture-format.ts'
export { checkResult, type ResultToCheck } from './receipt/check-result.ts'
export { RECEIPT_KEYWORD } from './receipt/keyword.ts'
export { requestHash } from './receipt/request-hash.ts'
export { countersign, signReceipt } from './receipt/sign.ts'
export { coordinatorSigningInput, workerSigningInput } from './receipt/signing-input.ts'
export {
  decodeReceipt,
  decodeWorkerReceipt,
  verifyCountersignature,
  verifyReceipt,
  verifyWorkerReceipt,
} from './receipt/verify.ts'
export {
  commitTrajectory,
  openTrajectory,
  type TrajectoryCommitment,
  type TrajectoryOpening,
  verifyTrajectoryOpening,
} from './trajectory.ts'
export { printable } from './verify/printable.ts'
export type {
  Check,
  CheckId,
  CheckStatus,
  Verification,
  VerificationFacts,
} from './verify/verification.ts'
export { verifyImage } from './verify/verify-image.ts'
