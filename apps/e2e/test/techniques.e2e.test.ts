import type { RenderEvent, RenderRequestInput, Sha256 } from '@reverie/core'
import { encodePlainPng } from '@reverie/testkit'
import { verifyImage } from '@reverie/trust'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NetworkUnderTest, startNetwork } from '../src/network-under-test.ts'

let network: NetworkUnderTest
beforeAll(async () => {
  network = await startNetwork()
})
afterAll(() => network.stop())

const SIDE = 128

/** A picture in one colour, or with another on its right half. */
function plainPicture(left: readonly number[], right: readonly number[] = left): Uint8Array {
  const rgb = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => {
    const x = Math.floor(at / 3) % SIDE
    return (x < SIDE / 2 ? left : right)[at % 3] ?? 0
  })
  return encodePlainPng({ width: SIDE, height: SIDE, rgb })
}

const send = async (bytes: Uint8Array): Promise<Sha256> =>
  (await network.client.createInput({ bytes, type: 'image/png' })).hash

/** Renders one picture and gives its file, what the file proves, and what was heard on the way. */
async function draw(request: RenderRequestInput) {
  const { id } = await network.client.createRender(request)
  const events: RenderEvent[] = []
  for await (const event of network.client.renderEvents({ id })) events.push(event)
  const image = events.find((event) => event.type === 'image')
  if (!image) throw new Error(`no picture came: ${JSON.stringify(events.at(-2))}`)
  const { bytes, type } = await network.client.getImage({ hash: image.image.hash })
  return { bytes, type, image, events, verification: verifyImage(bytes) }
}

const plain = {
  prompt: 'red apple, 3d style, blue background',
  seed: '7',
  steps: 10,
  sampler: 'euler',
} as const

describe('a render through coordinator and worker', () => {
  it('starts from a picture, and its receipt says so', async () => {
    const image = await send(plainPicture([200, 40, 40]))
    const { verification, events } = await draw({ ...plain, init: { image, strength: 0.5 } })
    expect(verification.verdict).toBe('verified')
    expect(verification.facts?.request?.init).toEqual({ image, strength: 0.5, fit: 'crop' })
    // AUTOMATIC1111 runs floor(0.5 * 10) + 1 of 10 steps.
    const progress = events.filter((event) => event.type === 'progress')
    expect(progress.at(-1)).toMatchObject({ step: 6, of: 6 })
  })

  it('redraws inside a mask, larger in a second pass, as WebP', async () => {
    const image = await send(plainPicture([90, 160, 90]))
    const mask = await send(plainPicture([0, 0, 0], [255, 255, 255]))
    const inpainted = await draw({ ...plain, init: { image }, inpaint: { mask } })
    expect(inpainted.verification.verdict).toBe('verified')

    const {
      type,
      verification,
      image: said,
    } = await draw({
      ...plain,
      hires: { scale: 1.5, strength: 0.5 },
      format: 'webp',
    })
    expect(type).toBe('image/webp')
    expect(said.image).toMatchObject({ width: 192, height: 192 })
    expect(verification.verdict).toBe('verified')
    expect(verification.facts).toMatchObject({ width: 192, height: 192 })
  })

  it('shows what the picture looks like so far', async () => {
    const { events } = await draw({ ...plain, steps: 60 })
    const previews = events.flatMap((event) =>
      event.type === 'progress' && event.preview ? [event.preview] : [],
    )
    expect(previews.length).toBeGreaterThan(0)
    for (const each of previews) expect(each).toMatch(/^data:image\/jpeg;base64,\/9j\//)
  })

  it('leaves settings and request out of the file where the artist says so', async () => {
    const { bytes, verification } = await draw({ ...plain, metadata: false })
    expect(verification.verdict).toBe('verified')
    expect(verification.facts?.request).toBeUndefined()
    expect(Buffer.from(bytes).toString('latin1')).not.toContain('red apple')
  })

  it('is refused at once for what no model here can do', async () => {
    const lora = network.client.createRender({ ...plain, prompt: 'cat <lora:nobody:1>' })
    await expect(lora).rejects.toMatchObject({ code: 'model_not_found' })
    const bad = new TextEncoder().encode('\u0089PNG\r\n but no picture')
    await expect(send(bad)).rejects.toMatchObject({ code: 'input_invalid' })
  })
})
