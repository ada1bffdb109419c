import { isReverieError } from '@reverie/core'
import type { Receipt } from '@reverie/protocol'
import type { Embedded } from '../embed/embed-receipt.ts'
import { readEmbedded } from '../embed/read-embedded.ts'
import { pictureFormatOf } from '../picture/formats.ts'
import {
  checkCountersignature,
  checkImage,
  checkParametersText,
  checkReceipt,
  checkRequest,
  checkSize,
  checkWorkerSignature,
} from './checks.ts'
import { withoutControls } from './printable.ts'
import { summaryOf } from './summary.ts'
import type { Check, CheckId, Verification, VerificationFacts } from './verification.ts'

const ALL_CHECKS: readonly CheckId[] = [
  'file',
  'receipt',
  'image',
  'worker_signature',
  'countersignature',
  'request',
  'size',
  'parameters_text',
]

/**
 * Says offline, from the file alone, who states to have rendered this image with what, and whether every part of that
 * statement holds. It proves what the named keys signed, not that the work was done: that is what audits are for.
 * @throws ReverieError `file_unreadable` when the file is no PNG, WebP or JPEG at all; a damaged one is a `failed` verification
 * @example
 * const { verdict, summary, checks } = verifyImage(await readFile('image.png'))
 */
export function verifyImage(file: Uint8Array): Verification {
  const format = pictureFormatOf(file)
  const read = attempt(() => ({ size: format.size(file), settings: format.settings(file) }))
  if (typeof read === 'string') {
    return conclude([{ id: 'file', status: 'failed', sentence: `${read}.` }], undefined)
  }
  const isChecked = format.name === 'png'
  const whole: Check = {
    id: 'file',
    status: 'passed',
    sentence: `The file is a whole ${format.title}${isChecked ? '; every checksum in it is right' : ''}.`,
  }
  const parameters = checkParametersText(read.settings)
  const embedded = attempt(() => readEmbedded(file))
  if (embedded === undefined || typeof embedded === 'string') {
    return conclude([whole, withoutReceipt(embedded), parameters], undefined)
  }
  const { receipt, spec } = embedded
  const checks = [
    whole,
    checkReceipt(receipt),
    checkImage(file, receipt),
    checkWorkerSignature(receipt),
    checkCountersignature(receipt),
    checkRequest(receipt, spec),
    checkSize(file, receipt),
    parameters,
  ]
  const requestHolds = checks.some(({ id, status }) => id === 'request' && status === 'passed')
  return conclude(checks, factsOf(receipt, requestHolds ? spec : undefined))
}

const withoutReceipt = (problem: string | undefined): Check =>
  problem === undefined
    ? { id: 'receipt', status: 'absent', sentence: 'The file carries no receipt.' }
    : { id: 'receipt', status: 'failed', sentence: `The receipt cannot be read: ${problem}.` }

function conclude(made: readonly Check[], facts: VerificationFacts | undefined): Verification {
  const isDamaged = made.some(({ id, status }) => id === 'file' && status === 'failed')
  const why = isDamaged ? 'the file is damaged' : 'there is no receipt to hold it against'
  const checks = ALL_CHECKS.map(
    (id): Check =>
      made.find((check) => check.id === id) ?? {
        id,
        status: 'not_checkable',
        sentence: `Not checked: ${why}.`,
      },
  )
  const hasFailed = checks.some(({ status }) => status === 'failed')
  const verdict = hasFailed ? 'failed' : facts === undefined ? 'unsigned' : 'verified'
  return { verdict, summary: summaryOf(verdict, checks, facts), checks, facts }
}

function factsOf(
  { body, countersignature }: Receipt,
  request: Embedded['spec'],
): VerificationFacts {
  const { coordinator, worker, job, model, sampler, schedule, steps, cfgScale, seed } = body
  const { numericClass, startedAt, finishedAt } = body
  const { width, height } = body.image
  return {
    ...{ worker, coordinator, job, model, sampler, schedule, steps, cfgScale, seed },
    ...{ width, height, numericClass, startedAt, finishedAt },
    countersignedAt: countersignature.at,
    request,
  }
}

/** The result, or the sentence of our own error without its full stop. */
function attempt<T>(run: () => T): T | string {
  try {
    return run()
  } catch (error) {
    if (isReverieError(error)) return withoutControls(error.message)
    throw error
  }
}
