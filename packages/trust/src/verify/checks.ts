import { isReverieError, type JobSpec } from '@reverie/core'
import type { Receipt } from '@reverie/protocol'
import { sha256Hex } from '../hash.ts'
import { pictureFormatOf } from '../picture/formats.ts'
import { contradictions, describeMismatches, requestMismatches } from '../receipt/mismatch.ts'
import { verifyCountersignature, verifyWorkerReceipt } from '../receipt/verify.ts'
import { printable } from './printable.ts'
import type { Check, CheckId } from './verification.ts'

const passed = (id: CheckId, sentence: string): Check => ({ id, status: 'passed', sentence })
const failed = (id: CheckId, sentence: string): Check => ({ id, status: 'failed', sentence })

/** Whether the receipt is sound in itself; that it parses is known here. */
export function checkReceipt({ body }: Receipt): Check {
  const wrong = contradictions(body)
  return wrong.length === 0
    ? passed('receipt', `The file carries a well-formed receipt, of job ${body.job}.`)
    : failed('receipt', `The receipt contradicts itself: ${describeMismatches(wrong)}.`)
}

/** Whether the receipt is about this file: all bytes but the receipt's own. */
export function checkImage(file: Uint8Array, { body }: Receipt): Check {
  const image = pictureFormatOf(file).withoutReceipt(file)
  const hash = sha256Hex(image)
  if (hash === body.image.sha256 && image.length === body.image.bytes) {
    return passed('image', `The file without its receipt has the stated SHA-256, ${hash}.`)
  }
  return failed(
    'image',
    `The file is not the one the receipt is about: without its receipt it has ${image.length} bytes and SHA-256 ${hash}, the receipt states ${body.image.bytes} bytes and SHA-256 ${body.image.sha256}.`,
  )
}

export function checkWorkerSignature({ body, workerSignature }: Receipt): Check {
  const { peer } = body.worker
  return holds(() => verifyWorkerReceipt({ body, workerSignature }))
    ? passed('worker_signature', `The key of peer ${peer} signed the receipt as the worker.`)
    : failed(
        'worker_signature',
        `The receipt names worker ${peer}, but its signature was not made by that peer's key for this receipt.`,
      )
}

export function checkCountersignature(receipt: Receipt): Check {
  const { coordinator } = receipt.body
  return holds(() => verifyCountersignature(receipt))
    ? passed(
        'countersignature',
        `The key of peer ${coordinator} countersigned it as the coordinator.`,
      )
    : failed(
        'countersignature',
        `The receipt names coordinator ${coordinator}, but its countersignature was not made by that peer's key for this receipt.`,
      )
}

export function checkRequest({ body }: Receipt, spec: JobSpec | undefined): Check {
  if (spec === undefined) {
    return {
      id: 'request',
      status: 'absent',
      sentence: `The request does not travel in the file, so the prompt is not known; the receipt states only its hash, ${body.request}.`,
    }
  }
  const wrong = requestMismatches(body, spec)
  return wrong.length === 0
    ? passed(
        'request',
        `The request in the file (prompt ${printable(spec.prompt)}) is the one the receipt was given for.`,
      )
    : failed(
        'request',
        `The request in the file is not the one the receipt was given for: ${describeMismatches(wrong, ['in the request', 'in the receipt'])}.`,
      )
}

export function checkSize(file: Uint8Array, { body }: Receipt): Check {
  const { width, height } = pictureFormatOf(file).size(file)
  const stated = `${body.image.width}x${body.image.height}`
  return stated === `${width}x${height}`
    ? passed('size', `The image is ${stated} pixels, as the receipt states.`)
    : failed('size', `The image is ${width}x${height} pixels, the receipt states ${stated}.`)
}

export const checkParametersText = (settings: string | undefined): Check =>
  settings !== undefined
    ? passed(
        'parameters_text',
        'The file carries AUTOMATIC1111 parameters text; it is for other programs and was not compared with the receipt.',
      )
    : {
        id: 'parameters_text',
        status: 'absent',
        sentence: 'The file carries no AUTOMATIC1111 parameters text.',
      }

/** A peer id that carries no key has signed nothing. */
function holds(verify: () => boolean): boolean {
  try {
    return verify()
  } catch (error) {
    if (isReverieError(error)) return false
    throw error
  }
}
