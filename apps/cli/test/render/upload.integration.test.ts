import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InputView } from '@reverie/api'
import { MAX_INPUT_BYTES, type RenderRequestInput, ReverieError, Sha256 } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { uploadPictures } from '../../src/render/upload.ts'

const folder = () => mkdtemp(join(tmpdir(), 'reverie-cli-'))
/** As much of a PNG as tells it from other files: whether it is whole is for the coordinator to say. */
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const hashOf = (number: number) => Sha256.parse(String(number).repeat(64))
const never = () => new AbortController().signal

/** A coordinator that names pictures by the number in which they came. */
function recorder() {
  const sent: { bytes: Uint8Array; type: string }[] = []
  const createInput = async (file: { bytes: Uint8Array; type: string }): Promise<InputView> => {
    sent.push(file)
    return { hash: hashOf(sent.length), bytes: file.bytes.length, width: 1, height: 1 }
  }
  return { sent, client: { createInput } }
}

describe('pictures of a request', () => {
  it('are sent once each, and their hashes take the places of their paths', async () => {
    const here = await folder()
    const [a, b] = [join(here, 'a.png'), join(here, 'b.png')]
    await writeFile(a, PNG)
    await writeFile(b, PNG)
    const { sent, client } = recorder()
    const request = {
      prompt: a,
      init: { image: a as Sha256 },
      inpaint: { mask: b as Sha256 },
      control: [{ model: 'edges', image: a as Sha256 }],
    } satisfies RenderRequestInput
    const [one, two] = [hashOf(1), hashOf(2)]
    expect(await uploadPictures(client, request, [a, b], never())).toEqual({
      prompt: a,
      init: { image: one },
      inpaint: { mask: two },
      control: [{ model: 'edges', image: one }],
    })
    expect(sent.map(({ type }) => type)).toEqual(['image/png', 'image/png'])
  })

  it.each<readonly [string, Uint8Array | undefined, RegExp]>([
    ['that does not exist', undefined, /does not exist/],
    ['that is no picture', new TextEncoder().encode('hello'), /not a PNG, JPEG or WebP/],
    ['that is too large', new Uint8Array(MAX_INPUT_BYTES + 1), /at most/],
  ])('with one %s are not sent at all', async (_name, bytes, message) => {
    const here = await folder()
    const [good, bad] = [join(here, 'good.png'), join(here, 'bad.png')]
    await writeFile(good, PNG)
    if (bytes) await writeFile(bad, bytes)
    const { sent, client } = recorder()
    const upload = uploadPictures(client, { prompt: 'x' }, [good, bad], never())
    await expect(upload).rejects.toMatchObject({
      code: 'file_unreadable',
      message: expect.stringMatching(message),
      facts: { file: bad },
    })
    expect(sent).toEqual([])
  })

  it('that the coordinator refuses are told by their names', async () => {
    const huge = join(await folder(), 'huge.png')
    await writeFile(huge, PNG)
    const createInput = async (): Promise<InputView> => {
      throw new ReverieError('input_invalid', 'it unpacks to too much')
    }
    const upload = uploadPictures({ createInput }, { prompt: 'x' }, [huge], never())
    await expect(upload).rejects.toMatchObject({
      code: 'input_invalid',
      message: `${huge}: it unpacks to too much`,
      facts: { file: huge },
    })
  })
})
