import { newAccountId } from '@reverie/core'
import { buildModelManifest, buildSha256 } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { startDispatch, submissionFor } from './harness.ts'

const features = buildModelManifest({ features: ['init'] })

async function withPicture() {
  const net = await startDispatch({}, undefined, features)
  const file = Uint8Array.of(1, 2, 3)
  const image = await net.blobs.put(file)
  const input = { hash: image, bytes: 3, width: 128, height: 128 }
  await net.inputs.add(net.account.id, input, 0)
  const init = { image, strength: 0.5, fit: 'crop' } as const
  return { net, file, image, init }
}

describe('an input picture', () => {
  it('is given to the worker that holds a job which names it', async () => {
    const { net, file, image, init } = await withPicture()
    await net.submit({ init })
    const worker = net.join('w')
    const lease = await worker.nextLease()
    expect(lease.spec.init).toEqual(init)
    expect(await worker.input(lease.spec.job, image)).toEqual(file)
  })

  it('is given to nobody else: not to another worker, not for another job, not after the job', async () => {
    const { net, image, init } = await withPicture()
    await net.submit({ init })
    const worker = net.join('w')
    const { spec } = await worker.nextLease()
    const refused = { code: 'input_invalid' }
    await expect(
      net.join('other', { draining: true }).input(spec.job, image),
    ).rejects.toMatchObject(refused)
    await net.submit()
    const plain = await net.join('third').nextLease()
    expect(plain.spec.init).toBeUndefined()
    await expect(worker.input(plain.spec.job, image)).rejects.toMatchObject(refused)
    const secret = await net.blobs.put(Uint8Array.of(9))
    await expect(worker.input(spec.job, secret)).rejects.toMatchObject(refused)
    worker.leases[0]?.finish()
    await worker.submit(submissionFor(spec))
    await net.until(await net.renderOf(spec.job), 'completed')
    await expect(worker.input(spec.job, image)).rejects.toMatchObject(refused)
  })

  it('whose file is gone is not the fault of the worker that asks', async () => {
    const { net, image, init } = await withPicture()
    await net.submit({ init })
    const worker = net.join('w')
    const { spec } = await worker.nextLease()
    await net.blobs.delete(image)
    await expect(worker.input(spec.job, image)).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })

  it('of another account is as unknown as one that nobody sent', async () => {
    const { net, init } = await withPicture()
    const stranger = { ...net.account, id: newAccountId() }
    const request = { prompt: 'cat', negativePrompt: '', n: 1 }
    for (const image of [init.image, buildSha256('nobody sent this')]) {
      const submitted = net.dispatch.renders.submit(stranger, {
        ...request,
        init: { ...init, image },
      })
      await expect(submitted).rejects.toMatchObject({
        code: 'input_invalid',
        facts: { field: 'init.image' },
      })
    }
  })
})

describe('what a worker says about a picture', () => {
  it('reaches those who watch, and stays with the job', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const events = net.watch(render)
    const worker = net.join('w')
    const { spec } = await worker.nextLease()
    const said = { notes: ['"[a:b" is not closed'], flagged: true }
    await worker.submit({ ...submissionFor(spec), ...said })
    expect(events.find(({ type }) => type === 'image')).toMatchObject(said)
    expect(await net.jobOf(render)).toMatchObject(said)
  })

  it('comes as a picture on the way to those who watch, and costs nothing where nobody does', async () => {
    const net = await startDispatch()
    const [watched, alone] = [await net.submit(), await net.submit()]
    const events = net.watch(watched)
    const worker = net.join('w', { slots: 2 })
    const preview = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)
    for (const lease of [await worker.nextLease(), await worker.nextLease()]) {
      lease.progress({ step: 1, of: 20, etaMs: undefined, preview })
      lease.progress({ step: 2, of: 20, etaMs: undefined })
    }
    expect(events.filter(({ type }) => type === 'progress')).toMatchObject([
      { step: 1, preview: 'data:image/jpeg;base64,/9j/4A==' },
      { step: 2 },
    ])
    expect(events.at(-1)).not.toHaveProperty('preview')
    const unseen = net.events.published(alone.id).filter(({ type }) => type === 'progress')
    expect(unseen).toHaveLength(2)
    for (const event of unseen) expect(event).not.toHaveProperty('preview')
  })
})
