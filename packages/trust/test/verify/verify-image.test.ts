import type { PeerId } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import {
  type CheckId,
  countersign,
  embedReceipt,
  signReceipt,
  type Verification,
  verifyImage,
} from '../../src/index.ts'
import { writePngText } from '../../src/png/index.ts'
import { samplePng } from '../png/sample.ts'
import {
  COORDINATOR,
  STRANGER,
  sampleBody,
  sampleImage,
  sampleSpec,
  signedImage,
  WORKER,
} from '../receipt/sample-receipt.ts'

const honest = await signedImage()
const statusOf = ({ checks }: Verification, id: CheckId) =>
  checks.find((check) => check.id === id)?.status
const sentenceOf = ({ checks }: Verification, id: CheckId) =>
  checks.find((check) => check.id === id)?.sentence
const failedChecks = ({ checks }: Verification) =>
  checks.filter(({ status }) => status === 'failed').map(({ id }) => id)

describe('an honest image', () => {
  const verification = verifyImage(honest.file)

  it('is verified, every check passed', () => {
    expect(verification.verdict).toBe('verified')
    expect(verification.checks.map(({ id, status }) => [id, status])).toEqual([
      ['file', 'passed'],
      ['receipt', 'passed'],
      ['image', 'passed'],
      ['worker_signature', 'passed'],
      ['countersignature', 'passed'],
      ['request', 'passed'],
      ['size', 'passed'],
      ['parameters_text', 'passed'],
    ])
  })

  it('says who stated what in plain words, and that names prove nothing', () => {
    const { job } = honest.spec
    expect(verification.summary).toBe(
      `Peer ${WORKER.peer}, which calls itself "kitchen pc", signed that it rendered this image with model ${honest.spec.model} (64x32, DPM++ 2M, Karras, 2 steps, CFG 4.5, seed 18446744073709551615; prompt "red apple, 3d style, blue background") and finished at 2023-11-14T22:13:21.000Z by its own clock. Coordinator ${COORDINATOR.peer} countersigned at 2023-11-14T22:13:22.000Z. The keys of both peer ids were checked; names are self-chosen.`,
    )
    expect(verification.facts).toMatchObject({ job, seed: honest.spec.seed, request: honest.spec })
  })

  it('is verified without its request, which is then not claimed', async () => {
    const { image, receipt } = honest
    const discreet = verifyImage(embedReceipt(image, { receipt }))
    expect(discreet.verdict).toBe('verified')
    expect(statusOf(discreet, 'request')).toBe('absent')
    expect(discreet.facts?.request).toBeUndefined()
    expect(discreet.summary).not.toContain('apple')
  })
})

describe('a file that no receipt covers', () => {
  it('is unsigned when it carries none, and nothing is claimed', () => {
    const verification = verifyImage(honest.image)
    expect(verification.verdict).toBe('unsigned')
    expect(statusOf(verification, 'receipt')).toBe('absent')
    expect(statusOf(verification, 'image')).toBe('not_checkable')
    expect(statusOf(verification, 'parameters_text')).toBe('passed')
    expect(verification.facts).toBeUndefined()
    expect(statusOf(verifyImage(samplePng()), 'parameters_text')).toBe('absent')
  })

  it('fails with the receipt of another image, saying both hashes', async () => {
    const other = await signedImage({ steps: 5 })
    const verification = verifyImage(embedReceipt(other.image, honest))
    expect(failedChecks(verification)).toEqual(['image'])
    expect(verification.verdict).toBe('failed')
    expect(sentenceOf(verification, 'image')).toContain(honest.receipt.body.image.sha256)
    expect(sentenceOf(verification, 'image')).toContain(other.receipt.body.image.sha256)
  })

  it('fails with the request of another job, saying both values, and does not repeat its prompt as fact', async () => {
    const other = await signedImage({ prompt: 'green pear', seed: '5' })
    const verification = verifyImage(
      embedReceipt(honest.image, { receipt: honest.receipt, spec: other.spec }),
    )
    expect(failedChecks(verification)).toEqual(['request'])
    expect(sentenceOf(verification, 'request')).toContain(
      'seed: 5 in the request, 18446744073709551615 in the receipt',
    )
    expect(verification.facts?.request).toBeUndefined()
  })

  it('fails after any text is added or changed', () => {
    const added = writePngText(honest.file, [{ keyword: 'Comment', text: 'mine' }])
    expect(failedChecks(verifyImage(added))).toEqual(['image'])
    const pear = writePngText(samplePng(2, 64, 32), [{ keyword: 'parameters', text: 'green pear' }])
    expect(failedChecks(verifyImage(embedReceipt(pear, honest)))).toEqual(['image'])
  })

  it('fails when the header has another size, even if the receipt covers that file', async () => {
    const spec = sampleSpec()
    const image = samplePng(0, 32, 32)
    const worker = await signReceipt(sampleBody(spec, image), WORKER)
    const receipt = await countersign(worker, COORDINATOR, 1)
    const verification = verifyImage(embedReceipt(image, { receipt, spec }))
    expect(failedChecks(verification)).toEqual(['size'])
    expect(sentenceOf(verification, 'size')).toBe(
      'The image is 32x32 pixels, the receipt states 64x32.',
    )
  })
})

describe('a forged receipt', () => {
  const spec = sampleSpec()
  const image = sampleImage(spec)
  const body = sampleBody(spec, image)

  it('fails when another key signed as the worker', async () => {
    const worker = await signReceipt(body, { ...STRANGER, peer: WORKER.peer })
    const receipt = await countersign(worker, COORDINATOR, 1)
    const verification = verifyImage(embedReceipt(image, { receipt, spec }))
    expect(failedChecks(verification)).toEqual(['worker_signature'])
    expect(verification.summary).toContain(WORKER.peer)
  })

  it('fails when another key countersigned', async () => {
    const worker = await signReceipt(body, WORKER)
    const receipt = await countersign(worker, { ...STRANGER, peer: COORDINATOR.peer }, 1)
    const verification = verifyImage(embedReceipt(image, { receipt, spec }))
    expect(failedChecks(verification)).toEqual(['countersignature'])
  })

  it('fails when the coordinator was replaced by another that countersigned properly', async () => {
    const { workerSignature } = await signReceipt(body, WORKER)
    const moved = { body: { ...body, coordinator: STRANGER.peer }, workerSignature }
    const receipt = await countersign(moved, STRANGER, 1)
    expect(failedChecks(verifyImage(embedReceipt(image, { receipt, spec })))).toEqual([
      'worker_signature',
    ])
  })

  it('fails when it names a peer id that carries no key', async () => {
    const peer = `12D3KooW${'z'.repeat(44)}` as PeerId
    const worker = await signReceipt(
      { ...body, worker: { peer, name: 'nobody' } },
      { ...STRANGER, peer },
    )
    const receipt = await countersign(worker, COORDINATOR, 1)
    expect(failedChecks(verifyImage(embedReceipt(image, { receipt, spec })))).toEqual([
      'worker_signature',
    ])
  })

  it('fails when it commits to fewer steps than it states', async () => {
    const { root } = body.trajectory
    const few = { ...body, trajectory: { root, leaves: 2 } }
    const receipt = await countersign(await signReceipt(few, WORKER), COORDINATOR, 1)
    const verification = verifyImage(embedReceipt(image, { receipt, spec }))
    expect(failedChecks(verification)).toEqual(['request'])
    expect(sentenceOf(verification, 'request')).toContain(
      'leaves of the trajectory: 3 in the request, 2 in the receipt',
    )
  })

  it('cannot smuggle terminal escapes or right-to-left overrides into what is printed', async () => {
    const name = '\u001b[2Jok\u202e'
    const nasty = await signedImage(
      { prompt: '\u001b]0;x\u0007 "quoted"' },
      { worker: { peer: WORKER.peer, name } },
    )
    const verification = verifyImage(nasty.file)
    expect(verification.verdict).toBe('verified')
    const printed = [verification.summary, ...verification.checks.map((c) => c.sentence)].join('')
    expect(printed).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(verification.summary).toContain('"\\u{1b}[2Jok\\u{202e}"')
  })

  it('may state times that no calendar has', async () => {
    const far = { finishedAt: Number.MAX_SAFE_INTEGER }
    expect(verifyImage((await signedImage({}, far)).file).summary).toContain(
      '9007199254740991 ms after 1970',
    )
  })
})

describe('a file that is no image of ours', () => {
  it('is refused when it is not a PNG', () => {
    for (const file of [new Uint8Array(), new TextEncoder().encode('<svg/>')]) {
      expect(() => verifyImage(file)).toThrow(expect.objectContaining({ code: 'file_unreadable' }))
    }
  })

  it('fails when it is damaged, and nothing else is claimed', () => {
    const verification = verifyImage(honest.file.subarray(0, honest.file.length - 5))
    expect(verification.verdict).toBe('failed')
    expect(failedChecks(verification)).toEqual(['file'])
    expect(verification.facts).toBeUndefined()
  })

  it('fails when its receipt is garbage, though the image may be anything', () => {
    const file = writePngText(honest.image, [{ keyword: 'reverie', text: '{}' }])
    expect(failedChecks(verifyImage(file))).toEqual(['receipt'])
  })
})
