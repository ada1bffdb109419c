import { SAMPLERS, SCHEDULES } from '@reverie/core'
import { printable } from './printable.ts'
import type { Check, Verification, VerificationFacts } from './verification.ts'

/** The verdict in plain words: what was proven and no more, or what does not match. */
export function summaryOf(
  verdict: Verification['verdict'],
  checks: readonly Check[],
  facts: VerificationFacts | undefined,
): string {
  if (facts !== undefined && verdict === 'verified') return statementOf(facts)
  if (verdict === 'unsigned') {
    return 'The file carries no receipt: nothing can be said about who made it, or with what.'
  }
  const wrong = checks.filter(({ status }) => status === 'failed')
  return `Do not trust what this file says about itself. ${wrong.map(({ sentence }) => sentence).join(' ')}`
}

function statementOf(facts: VerificationFacts): string {
  const { worker, coordinator, request } = facts
  const settings = [
    `${facts.width}x${facts.height}`,
    SAMPLERS[facts.sampler].a1111[0],
    SCHEDULES[facts.schedule].a1111[0],
    `${facts.steps} steps`,
    `CFG ${facts.cfgScale}`,
    `seed ${facts.seed}`,
  ].join(', ')
  const prompt =
    request === undefined
      ? 'the request, prompt included, does not travel in the file'
      : [
          `prompt ${printable(request.prompt)}`,
          ...(request.negativePrompt
            ? [`negative prompt ${printable(request.negativePrompt)}`]
            : []),
        ].join(', ')
  return [
    `Peer ${worker.peer}, which calls itself ${printable(worker.name)}, signed that it rendered this image`,
    ` with model ${facts.model} (${settings}; ${prompt}) and finished at ${time(facts.finishedAt)} by its own clock.`,
    ` Coordinator ${coordinator} countersigned at ${time(facts.countersignedAt)}.`,
    ' The keys of both peer ids were checked; names are self-chosen.',
  ].join('')
}

/** The last instant that a Date can hold; a receipt may state any. */
const MAX_DATE = 8.64e15

const time = (at: number): string =>
  at <= MAX_DATE ? new Date(at).toISOString() : `${at} ms after 1970`
