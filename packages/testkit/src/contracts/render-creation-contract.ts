import type { RenderRecords } from '@reverie/core'
import { newAccountId, newJobId, newRenderId } from '@reverie/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildSha256 } from '../builders/ids.ts'
import { buildNewRender } from '../builders/new-render.ts'
import type { RecordsHarness } from './harness.ts'

/** Every code point of Unicode but lone surrogates, which have no UTF-8. */
const codePoint = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))

/** What all {@link RenderRecords} guarantee about writing and finding renders. */
export function describeRenderCreationContract(
  name: string,
  setup: () => Promise<RecordsHarness>,
): void {
  describe(`${name} as records of new renders`, () => {
    let harness: RecordsHarness
    let renders: RenderRecords

    beforeEach(async () => {
      harness = await setup()
      renders = harness.renders
    })
    afterEach(() => harness.close())

    it('writes a render with its jobs queued, and reads it back the same', async () => {
      const render = buildNewRender({ parameters: { n: 3 } })
      const { render: record, created } = await renders.create(render)
      expect(created).toBe(true)
      expect(record.parameters).toEqual(render.parameters)
      expect(record.jobs.map((job) => job.index)).toEqual([0, 1, 2])
      for (const job of record.jobs) {
        expect(job).toMatchObject({ state: 'queued', attempt: 0, render: render.id })
        expect(await renders.job(job.id)).toEqual(job)
      }
      expect(await renders.render(render.id)).toEqual(record)
    })

    it('keeps any text of a prompt as it was', async () => {
      const texts = fc.array(codePoint, { maxLength: 40 }).map((all) => all.join(''))
      await fc.assert(
        fc.asyncProperty(texts, texts, async (prompt, negativePrompt) => {
          const render = buildNewRender({ parameters: { prompt, negativePrompt } })
          await renders.create(render)
          const record = await renders.render(render.id)
          expect(record?.parameters).toMatchObject({ prompt, negativePrompt })
        }),
        { numRuns: 20, examples: [['\0 \\u0000', "'; drop table jobs --"]] },
      )
    })

    it('knows nothing of ids that were never written', async () => {
      const job = newJobId()
      expect(await renders.render(newRenderId())).toBeUndefined()
      expect(await renders.job(job)).toBeUndefined()
      expect(await renders.receipt(job)).toBeUndefined()
      expect(await renders.cancel(newRenderId(), 0)).toEqual([])
      expect(await renders.release(job, 1)).toBe(false)
      expect(await renders.list(newAccountId(), { limit: 10 })).toEqual([])
    })

    it('lists the renders of an account, newest first, page by page', async () => {
      const account = newAccountId()
      const written = Array.from({ length: 5 }, () => buildNewRender({ account }))
      for (const render of written) await renders.create(render)
      await renders.create(buildNewRender())
      const newestFirst = written.map((render) => render.id).toReversed()

      const first = await renders.list(account, { limit: 2 })
      expect(first.map((render) => render.id)).toEqual(newestFirst.slice(0, 2))
      expect(first[0]?.jobs).toHaveLength(1)
      const before = newestFirst[1]
      const rest = await renders.list(account, { limit: 10, ...(before && { before }) })
      expect(rest.map((render) => render.id)).toEqual(newestFirst.slice(2))
    })

    it('returns the earlier render for a key that was used before, and writes nothing', async () => {
      const idempotency = { key: 'retry-1', fingerprint: buildSha256('body') }
      const first = buildNewRender({ idempotency, parameters: { n: 2 } })
      const retry = buildNewRender({ idempotency, account: first.account })
      await renders.create(first)
      const { render, created } = await renders.create(retry)
      expect(created).toBe(false)
      expect(render).toEqual(await renders.render(first.id))
      expect(await renders.render(retry.id)).toBeUndefined()
    })

    it('refuses a key that was used before with another body', async () => {
      const key = 'retry-1'
      const first = buildNewRender({ idempotency: { key, fingerprint: buildSha256('one') } })
      const other = buildNewRender({
        account: first.account,
        idempotency: { key, fingerprint: buildSha256('two') },
      })
      await renders.create(first)
      await expect(renders.create(other)).rejects.toMatchObject({ code: 'idempotency_conflict' })
      expect(await renders.render(other.id)).toBeUndefined()
    })

    it('keeps the keys of accounts apart', async () => {
      const idempotency = { key: 'same', fingerprint: buildSha256('body') }
      await renders.create(buildNewRender({ idempotency }))
      expect(await renders.create(buildNewRender({ idempotency }))).toMatchObject({ created: true })
    })

    it('lets one of many creates with one key win, and tells the others which', async () => {
      const account = newAccountId()
      const idempotency = { key: 'race', fingerprint: buildSha256('body') }
      const results = await Promise.all(
        Array.from({ length: 6 }, () => renders.create(buildNewRender({ account, idempotency }))),
      )
      expect(results.filter((result) => result.created)).toHaveLength(1)
      expect(new Set(results.map((result) => result.render.id)).size).toBe(1)
      expect(await renders.list(account, { limit: 10 })).toHaveLength(1)
    })

    it('lists open jobs, oldest render first, in order of their index', async () => {
      const later = buildNewRender({ createdAt: 2_000, parameters: { n: 2 } })
      const earlier = buildNewRender({ createdAt: 1_000 })
      await renders.create(later)
      await renders.create(earlier)
      expect((await renders.open()).map((job) => job.id)).toEqual(
        [...earlier.jobs, ...later.jobs].map((job) => job.id),
      )
    })
  })
}
