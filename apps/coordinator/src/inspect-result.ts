import { createHash } from 'node:crypto'
import {
  isReverieError,
  type JobSpec,
  MAX_IMAGE_BYTES,
  type PeerId,
  ReverieError,
} from '@reverie/core'
import type { InspectResult } from '@reverie/dispatch'
import { inspectPng } from '@reverie/engine/images'
import {
  decodeCanonical,
  encodeCanonical,
  MAX_RECEIPT_BYTES,
  type ReceiptBody,
  WorkerReceipt,
} from '@reverie/protocol'
import {
  countersign,
  embedReceipt,
  requestHash,
  type Signer,
  verifyWorkerReceipt,
} from '@reverie/trust'

const invalid = (what: string, cause?: unknown): ReverieError =>
  new ReverieError('result_receipt_invalid', `the receipt ${what}`, {}, { cause })

/** Every field that the job decides, and what it has to be. */
const expectedOf = (spec: JobSpec, coordinator: PeerId): [keyof ReceiptBody, unknown][] => [
  ['coordinator', coordinator],
  ['job', spec.job],
  ['request', requestHash(spec)],
  ['model', spec.model],
  ['sampler', spec.sampler],
  ['schedule', spec.schedule],
  ['steps', spec.steps],
  ['cfgScale', spec.cfgScale],
  ['seed', spec.seed],
  ['rng', spec.rng],
]

function checkReceipt(
  bytes: Uint8Array,
  peer: PeerId,
  spec: JobSpec,
  coordinator: PeerId,
): WorkerReceipt {
  let receipt: WorkerReceipt
  try {
    receipt = decodeCanonical(WorkerReceipt, bytes, {
      maxBytes: MAX_RECEIPT_BYTES,
      what: 'the receipt',
    })
  } catch (cause) {
    throw invalid(`cannot be read: ${(cause as Error).message}`, cause)
  }
  const { body } = receipt
  if (body.worker.peer !== peer)
    throw invalid(`is of worker ${body.worker.peer}, not of ${peer} who sent it`)
  for (const [field, expected] of expectedOf(spec, coordinator)) {
    if (body[field] !== expected)
      throw invalid(`states ${field} ${String(body[field])}; the job has ${String(expected)}`)
  }
  if (body.trajectory.leaves !== spec.steps + 1) {
    throw invalid(
      `commits to ${body.trajectory.leaves} latents; ${spec.steps} steps have ${spec.steps + 1}`,
    )
  }
  if (!verifyWorkerReceipt(receipt)) throw invalid(`has a signature that is not of worker ${peer}`)
  return receipt
}

async function checkImage(
  image: Uint8Array,
  spec: JobSpec,
  { image: stated }: ReceiptBody,
): Promise<void> {
  const wrong = (what: string) => new ReverieError('result_image_invalid', `the image ${what}`)
  const sha256 = createHash('sha256').update(image).digest('hex')
  if (sha256 !== stated.sha256 || image.length !== stated.bytes) {
    throw wrong(`has SHA-256 ${sha256}; the receipt states ${stated.sha256}`)
  }
  const pixels = spec.width * spec.height
  const { width, height } = await inspectPng(image, {
    maxPixels: pixels,
    maxBytes: MAX_IMAGE_BYTES,
  })
  if (width !== spec.width || height !== spec.height) {
    throw wrong(`is ${width}x${height}; the job asked for ${spec.width}x${spec.height}`)
  }
  if (stated.width !== width || stated.height !== height) {
    throw wrong(`is ${width}x${height}; the receipt states ${stated.width}x${stated.height}`)
  }
}

/** Checks results in the name of one coordinator and countersigns those that hold. */
export const createInspector =
  ({ signer, now }: { readonly signer: Signer; readonly now: () => number }): InspectResult =>
  async (peer, spec, submission) => {
    const workerReceipt = checkReceipt(submission.receipt, peer, spec, signer.peer)
    await checkImage(submission.image, spec, workerReceipt.body)
    const receipt = await countersign(workerReceipt, signer, now())
    try {
      const file = embedReceipt(submission.image, { receipt, spec })
      const { width, height } = spec
      return { file, receipt: encodeCanonical(receipt), width, height }
    } catch (error) {
      if (!isReverieError(error)) throw error
      throw new ReverieError('result_image_invalid', error.message, {}, { cause: error })
    }
  }
