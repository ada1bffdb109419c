import { dirname } from 'node:path'
import type { RenderRequestInput } from '@reverie/core'
import { encodePlainPng } from '@reverie/testkit'
import { tinyModelFolder } from '@reverie/tiny-models'
import { verifyImage } from '@reverie/trust'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NetworkUnderTest, startNetwork } from '../src/network-under-test.ts'

let network: NetworkUnderTest
beforeAll(async () => {
  network = await startNetwork({ worker: true, models: dirname(tinyModelFolder('sd15')) })
})
afterAll(() => network.stop())

/** Renders one picture with random weights and gives what its file proves. */
async function draw(request: RenderRequestInput) {
  const { id } = await network.client.createRender({ seed: '7', steps: 4, ...request })
  for await (const event of network.client.renderEvents({ id })) {
    if (event.type === 'failed') throw new Error(event.message)
    if (event.type !== 'image') continue
    const { bytes } = await network.client.getImage({ hash: event.image.hash })
    return { bytes, ...event, verification: verifyImage(bytes) }
  }
  throw new Error('no picture came')
}

const cidOf = async (name: string) => (await network.client.getModel({ name })).cid
const sd15 = { model: 'tiny-sd15', prompt: 'a red apple' }

describe('a render with further models', () => {
  it('is drawn with the LoRA that its prompt names, and the receipt says with which', async () => {
    const plain = await draw(sd15)
    const tagged = await draw({ ...sd15, prompt: 'a red apple <lora:tiny-lora-sd15-kohya:0.8>' })
    const listed = await draw({ ...sd15, loras: [{ model: 'tiny-lora-sd15-kohya', weight: 0.8 }] })
    expect(tagged.verification.verdict).toBe('verified')
    expect(tagged.verification.facts?.request).toMatchObject({
      prompt: 'a red apple',
      loras: [{ model: await cidOf('tiny-lora-sd15-kohya'), weight: 0.8 }],
    })
    const pixels = ({ bytes }: typeof plain) => pixelsOf(bytes)
    expect(pixels(tagged)).toEqual(pixels(listed))
    expect(pixels(tagged)).not.toEqual(pixels(plain))
  })

  it('is guided by a picture and enlarged', async () => {
    const rgb = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at % 96 < 48 ? 0 : 255))
    const bytes = encodePlainPng({ width: 64, height: 64, rgb })
    const { hash } = await network.client.createInput({ bytes, type: 'image/png' })
    const { verification, image } = await draw({
      model: 'tiny-sd15-control',
      prompt: 'a house',
      control: [{ model: 'tiny-control', image: hash, preprocessor: 'canny' }],
      upscale: { model: 'tiny-upscaler-x4', scale: 2 },
    })
    expect(image).toMatchObject({ width: 128, height: 128 })
    expect(verification.verdict).toBe('verified')
  })

  it('is refused for a LoRA of another family, with what would fit', async () => {
    const refused = network.client.createRender({
      ...sd15,
      loras: [{ model: 'tiny-lora-sdxl-peft' }],
    })
    await expect(refused).rejects.toMatchObject({
      code: 'model_incompatible',
      facts: { field: 'loras.0.model', accepted: expect.stringContaining('tiny-lora-sd15-kohya') },
    })
  })
})

/** The compressed pixels of a PNG: the same pixels give the same bytes, whatever text stands beside them. */
function pixelsOf(png: Uint8Array): Buffer {
  const file = Buffer.from(png)
  const parts: Buffer[] = []
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at)
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(file.subarray(at + 8, at + 8 + length))
    }
  }
  return Buffer.concat(parts)
}
