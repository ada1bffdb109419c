export { type DecodeOptions, decodeCanonical, decodeMessage, encodeCanonical } from './codec.ts'
export { MAX_RECEIPT_BYTES, Receipt, ReceiptBody, WorkerReceipt } from './receipt.ts'
