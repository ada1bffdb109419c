import { MAX_INPUT_BYTES, Sha256 } from '@reverie/core'
import { buildJobSpec, buildManifestCid, buildModelManifest } from '@reverie/testkit'
import { expect, it } from 'vitest'
import { Command } from '../../src/host/messages.ts'

const hash = (number: number) => Sha256.parse(number.toString(16).padStart(64, '0'))
const render = (images: ReadonlyMap<string, unknown>) => ({
  type: 'render',
  id: 1,
  model: { cid: buildManifestCid(), manifest: buildModelManifest(), folder: '/models/pocket' },
  spec: buildJobSpec(),
  inputs: { images },
})

it('takes the largest picture that an artist may send', () => {
  const images = new Map([[hash(1), new Uint8Array(MAX_INPUT_BYTES)]])
  expect(Command.safeParse(render(images)).success).toBe(true)
})

it.each([
  ['a larger one', new Map([[hash(1), new Uint8Array(MAX_INPUT_BYTES + 1)]])],
  ['one that is no bytes', new Map([[hash(1), 'picture']])],
  ['one that is named by no hash', new Map([['picture', new Uint8Array(1)]])],
  [
    'more than a job can name',
    new Map(Array.from({ length: 65 }, (_, i) => [hash(i), new Uint8Array(1)])),
  ],
])('refuses %s', (_, images) => {
  expect(Command.safeParse(render(images)).success).toBe(false)
})
