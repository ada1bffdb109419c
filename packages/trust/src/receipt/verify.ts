import { decodeCanonical, MAX_RECEIPT_BYTES, Receipt, WorkerReceipt } from '@reverie/protocol'
import { isSignedBy } from '../keys/signature.ts'
import { coordinatorSigningInput, workerSigningInput } from './signing-input.ts'

/** Whether the worker that the body names signed it. */
export const verifyWorkerReceipt = ({ body, workerSignature }: WorkerReceipt): boolean =>
  isSignedBy(body.worker.peer, workerSigningInput(body), workerSignature)

/** Whether the coordinator that the body names countersigned it. */
export const verifyCountersignature = (receipt: Receipt): boolean => {
  const { body, workerSignature, countersignature } = receipt
  const input = coordinatorSigningInput({ body, workerSignature }, countersignature.at)
  return isSignedBy(body.coordinator, input, countersignature.signature)
}

/** Whether both signatures of a finished receipt hold. */
export const verifyReceipt = (receipt: Receipt): boolean =>
  verifyWorkerReceipt({ body: receipt.body, workerSignature: receipt.workerSignature }) &&
  verifyCountersignature(receipt)

/** Parses a receipt under a worker's signature. @throws ReverieError `message_invalid`, `message_too_large` */
export const decodeWorkerReceipt = (bytes: Uint8Array): WorkerReceipt =>
  decodeCanonical(WorkerReceipt, bytes, { maxBytes: MAX_RECEIPT_BYTES, what: 'the receipt' })

/** Parses a finished receipt. @throws ReverieError `message_invalid`, `message_too_large` */
export const decodeReceipt = (bytes: Uint8Array): Receipt =>
  decodeCanonical(Receipt, bytes, { maxBytes: MAX_RECEIPT_BYTES, what: 'the receipt' })
