import { type JobSpec, type PeerId, ReverieError } from '@reverie/core'
import type { WorkerReceipt } from '@reverie/protocol'
import { sha256Hex } from '../hash.ts'
import { pictureFormatOf } from '../picture/formats.ts'
import { contradictions, describeMismatches, type Mismatch, requestMismatches } from './mismatch.ts'
import { decodeWorkerReceipt, verifyWorkerReceipt } from './verify.ts'

/** What a worker handed over, and what the coordinator knows itself. */
export interface ResultToCheck {
  /** The file as the worker made it. */
  readonly image: Uint8Array
  /** Canonical DAG-CBOR of the worker's receipt. */
  readonly receipt: Uint8Array
  /** The job as the coordinator gave it, not as the worker repeats it. */
  readonly spec: JobSpec
  /** The peer on whose connection the result came. */
  readonly worker: PeerId
  /** The coordinator's own peer id. */
  readonly coordinator: PeerId
}

/**
 * Checks everything about a result that needs no decoder: the receipt is well formed, signed by this worker, for this
 * coordinator and exactly this job, and the image is a whole file of the stated format, size and hash. Pixels are not decoded.
 * @returns the receipt, ready to be countersigned
 * @throws ReverieError `result_receipt_invalid`, `result_image_invalid`, saying what differs with both values
 */
export function checkResult(result: ResultToCheck): WorkerReceipt {
  const receipt = inCaseOfError('result_receipt_invalid', 'The receipt', () =>
    decodeWorkerReceipt(result.receipt),
  )
  const { body } = receipt
  refuse('result_receipt_invalid', 'The receipt states another job', [
    ...named('worker', result.worker, body.worker.peer),
    ...named('coordinator', result.coordinator, body.coordinator),
    ...requestMismatches(body, result.spec),
  ])
  refuse('result_receipt_invalid', 'The receipt contradicts itself', contradictions(body))
  const signed = inCaseOfError('result_receipt_invalid', 'The receipt', () =>
    verifyWorkerReceipt(receipt),
  )
  if (!signed) {
    throw new ReverieError(
      'result_receipt_invalid',
      `The receipt of job ${body.job} is not signed by ${result.worker}`,
    )
  }
  refuse('result_image_invalid', 'The image is not the one of the receipt', [
    ...named('bytes', body.image.bytes, result.image.length),
    ...named('SHA-256', body.image.sha256, sha256Hex(result.image)),
  ])
  const { format, size, receipts } = inCaseOfError('result_image_invalid', 'The image', () => {
    const found = pictureFormatOf(result.image)
    return {
      format: found.name,
      size: found.size(result.image),
      receipts: found.receipts(result.image).length,
    }
  })
  refuse('result_image_invalid', 'The image is of another kind', [
    ...named('format', result.spec.format ?? 'png', format),
    ...named('type', body.image.type, `image/${format}`),
    ...named('width', body.image.width, size.width),
    ...named('height', body.image.height, size.height),
  ])
  if (receipts > 0) {
    throw new ReverieError(
      'result_image_invalid',
      'The image carries a receipt already; a worker sends its receipt beside the image',
    )
  }
  return receipt
}

type ResultCode = 'result_receipt_invalid' | 'result_image_invalid'

const named = (what: string, expected: string | number, found: string | number): Mismatch[] =>
  expected === found ? [] : [{ what, expected, found }]

function refuse(code: ResultCode, what: string, mismatches: readonly Mismatch[]): void {
  if (mismatches.length === 0) return
  throw new ReverieError(code, `${what}: ${describeMismatches(mismatches)}`, {
    field: mismatches[0]?.what ?? '',
  })
}

function inCaseOfError<T>(code: ResultCode, what: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw new ReverieError(
      code,
      `${what} is not usable: ${(cause as Error).message}`,
      {},
      { cause },
    )
  }
}
