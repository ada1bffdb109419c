import { ErrorBody, InputView } from '@reverie/api'
import { MAX_INPUT_BYTES } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createHttpRig, type HttpRig } from '../http-rig.ts'

/** What the rig takes as a picture of 128 x 64 pixels. */
const PICTURE = Buffer.from([128, 64, 1, 2])

const send = (rig: HttpRig, payload: Buffer | string, type = 'image/png', artist = rig.artist) =>
  rig.app.inject({
    method: 'POST',
    url: '/v1/inputs',
    headers: { ...artist.headers, 'content-type': type },
    payload,
  })

const renderFrom = (rig: HttpRig, image: string, artist = rig.artist) =>
  rig.app.inject({
    method: 'POST',
    url: '/v1/renders',
    headers: artist.headers,
    payload: { prompt: 'red apple', init: { image } },
  })

describe('POST /v1/inputs', () => {
  it('keeps a picture under its hash, which renders of that account may name', async () => {
    const rig = await createHttpRig()
    const answer = await send(rig, PICTURE)
    expect(answer.statusCode).toBe(200)
    const input = InputView.parse(answer.json())
    expect(input).toMatchObject({ bytes: 4, width: 128, height: 64 })
    expect(await rig.blobs.get(input.hash)).toEqual(new Uint8Array(PICTURE))
    expect((await renderFrom(rig, input.hash)).statusCode).toBe(202)
    const [render] = await rig.storedRenders()
    expect(render?.parameters.init).toEqual({ image: input.hash, strength: 0.75, fit: 'crop' })
  })

  it('answers the same when the same file comes again', async () => {
    const rig = await createHttpRig()
    const first = await send(rig, PICTURE)
    const second = await send(rig, PICTURE, 'image/webp; charset=binary')
    expect(second.json()).toEqual(first.json())
    expect(rig.blobs.count()).toBe(1)
  })

  it('tells nobody that another account has sent a picture', async () => {
    const rig = await createHttpRig()
    const { hash } = (await send(rig, PICTURE)).json()
    const stranger = await rig.addAccount()
    const answer = await renderFrom(rig, hash, stranger)
    expect(answer.statusCode).toBe(422)
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({
      code: 'input_invalid',
      field: 'init.image',
    })
  })

  it('keeps nothing of what is no picture', async () => {
    const rig = await createHttpRig()
    const answer = await send(rig, Buffer.from('not a picture'))
    expect(answer.statusCode).toBe(422)
    expect(ErrorBody.parse(answer.json()).error.code).toBe('input_invalid')
    expect(rig.blobs.count()).toBe(0)
  })

  it.each([
    ['JSON', '{"prompt": "x"}', 'application/json'],
    ['another type', 'GIF89a', 'image/gif'],
    ['a form', 'a=b', 'multipart/form-data; boundary=x'],
  ])('refuses %s and says what it reads', async (_name, payload, type) => {
    const rig = await createHttpRig()
    const answer = await send(rig, payload, type)
    expect(answer.statusCode).toBe(400)
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({
      code: 'malformed_request',
      field: 'content-type',
      accepted: 'image/png, image/jpeg, image/webp',
    })
  })

  it('refuses an empty body', async () => {
    const rig = await createHttpRig()
    const answer = await send(rig, Buffer.alloc(0))
    expect(answer.statusCode).toBe(400)
    expect(ErrorBody.parse(answer.json()).error.code).toBe('malformed_request')
  })

  it('refuses a file that is too large and names the limit', async () => {
    const rig = await createHttpRig()
    const answer = await send(rig, Buffer.alloc(MAX_INPUT_BYTES + 1))
    expect(answer.statusCode).toBe(413)
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({
      code: 'body_too_large',
      accepted: `at most ${MAX_INPUT_BYTES} bytes`,
    })
    expect(rig.blobs.count()).toBe(0)
  })

  it('is the only route that reads a file', async () => {
    const rig = await createHttpRig()
    const answer = await rig.app.inject({
      method: 'POST',
      url: '/v1/renders',
      headers: { ...rig.artist.headers, 'content-type': 'image/png' },
      payload: PICTURE,
    })
    expect(answer.statusCode).toBe(400)
    expect(ErrorBody.parse(answer.json()).error).toMatchObject({
      code: 'malformed_request',
      accepted: 'application/json',
    })
  })
})
