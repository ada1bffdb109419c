import { encodeCanonical, type ReceiptBody, type WorkerReceipt } from '@reverie/protocol'

/**
 * Domains keep a signature for one purpose from being shown as one for another: the keys also sign libp2p handshakes.
 * Each is ASCII, ends in a NUL and is no prefix of another, so domain and content never run together.
 */
const WORKER_DOMAIN = 'reverie/receipt/worker/1\0'
const COORDINATOR_DOMAIN = 'reverie/receipt/coordinator/1\0'

function inDomain(domain: string, content: unknown): Uint8Array {
  const head = new TextEncoder().encode(domain)
  const body = encodeCanonical(content)
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}

/** What a worker signs: its domain, then the canonical DAG-CBOR of the body. */
export const workerSigningInput = (body: ReceiptBody): Uint8Array => inDomain(WORKER_DOMAIN, body)

/**
 * What a coordinator signs: its domain, then the canonical DAG-CBOR of {at, body, workerSignature}: the worker's
 * statement, the worker's signature, and when the coordinator took it (milliseconds since the epoch).
 */
export const coordinatorSigningInput = (
  { body, workerSignature }: WorkerReceipt,
  at: number,
): Uint8Array => inDomain(COORDINATOR_DOMAIN, { at, body, workerSignature })
