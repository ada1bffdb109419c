import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isReverieError } from '@reverie/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLora } from '../../src/adapters/lora-file.ts'
import { openSafetensors } from '../../src/adapters/safetensors.ts'
import { adapterFile } from '../fixtures/adapter-files.ts'
import { safetensorsBytes } from '../fixtures/safetensors-file.ts'

let folder: string
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-safetensors-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function written(bytes: Uint8Array): Promise<string> {
  const file = join(folder, `${files++}.safetensors`)
  await writeFile(file, bytes)
  return file
}

const open = async (bytes: Uint8Array) => openSafetensors(await written(bytes))
const PAIR = { a: { shape: [2], values: [1, 2] }, b: { shape: [1, 2], values: [3, 4] } }

describe('openSafetensors', () => {
  it('reads tensors by name, one at a time', async () => {
    const stored = await open(safetensorsBytes(PAIR, { __metadata__: { made: 'here' } }))
    expect([...stored.tensors.keys()]).toEqual(['a', 'b'])
    expect(stored.tensors.get('b')).toEqual({ name: 'b', shape: [1, 2], dtype: 'F32' })
    expect(stored.metadata).toEqual({ made: 'here' })
    expect(await stored.read('b')).toEqual(Float32Array.of(3, 4))
    await stored.close()
  })

  it('reads half precision of both kinds as PyTorch wrote it', async () => {
    for (const name of ['lora-kohya', 'lora-peft']) {
      const stored = await openSafetensors(adapterFile(`${name}.safetensors`))
      for (const tensor of stored.tensors.keys()) {
        const values = await stored.read(tensor)
        expect(values.every((value) => Number.isFinite(value) && Math.abs(value) < 10)).toBe(true)
      }
      await stored.close()
    }
  })

  it.each([
    ['overlapping tensors', { b: { dtype: 'F32', shape: [1, 2], data_offsets: [4, 12] } }],
    ['an offset past the end', { b: { dtype: 'F32', shape: [1, 2], data_offsets: [8, 1e15] } }],
    [
      'a range that ends before it begins',
      { b: { dtype: 'F32', shape: [0], data_offsets: [9, 8] } },
    ],
    ['a shape that needs other bytes', { b: { dtype: 'F32', shape: [3], data_offsets: [8, 16] } }],
    ['a size below zero', { b: { dtype: 'F32', shape: [-2], data_offsets: [8, 16] } }],
    ['an entry of another form', { b: 'F32' }],
  ])('refuses %s', async (_, changes) => {
    await expect(open(safetensorsBytes(PAIR, changes))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('not a usable safetensors file'),
    })
  })

  it('refuses a header that is longer than the file, without taking memory for it', async () => {
    const bytes = safetensorsBytes(PAIR)
    bytes.writeBigUInt64LE(2n ** 60n)
    await expect(open(bytes)).rejects.toMatchObject({ code: 'model_invalid' })
  })

  it('opens or refuses any damaged file with a typed error that names it', async () => {
    const bytes = safetensorsBytes(PAIR)
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })))
    await fc.assert(
      fc.asyncProperty(flips, fc.nat(bytes.length), async (changes, cut) => {
        const damaged = Buffer.from(bytes)
        for (const [at, mask] of changes) damaged[at] = (damaged[at] as number) ^ mask
        const file = await written(damaged.subarray(0, cut))
        try {
          await (await openSafetensors(file)).close()
        } catch (error) {
          expect(isReverieError(error) && error.code).toBe('model_invalid')
          expect(isReverieError(error) && error.facts.file).toBe(file)
        }
      }),
      { numRuns: 200 },
    )
  })

  it.each(['style.pt', 'style.ckpt', 'style.bin'])('says to convert %s', async (name) => {
    await expect(openSafetensors(join(folder, name))).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringContaining('convert it to .safetensors'),
    })
  })

  it('says that a file is missing', async () => {
    await expect(openSafetensors(join(folder, 'none.safetensors'))).rejects.toMatchObject({
      code: 'model_file_missing',
    })
  })
})

describe('openLora', () => {
  it('counts a module once that a file has under both naming schemes', async () => {
    const stem = (name: string) => ({
      [`lora_unet_${name}.lora_up.weight`]: { shape: [1, 1], values: [1] },
      [`lora_unet_${name}.lora_down.weight`]: { shape: [1, 1], values: [1] },
    })
    const bytes = safetensorsBytes({
      ...stem('input_blocks_4_1_proj_in'),
      ...stem('down_blocks_1_attentions_0_proj_in'),
    })
    const lora = await openLora(await written(bytes))
    expect(lora.modules.map(({ tensors }) => [...tensors.values()])).toEqual([
      [
        'lora_unet_down_blocks_1_attentions_0_proj_in.lora_up.weight',
        'lora_unet_down_blocks_1_attentions_0_proj_in.lora_down.weight',
      ],
    ])
    await lora.close()
  })

  it('takes the alpha of a module from its tensor, else from what PEFT says', async () => {
    const kohya = await openLora(adapterFile('lora-kohya.safetensors'))
    const peft = await openLora(adapterFile('lora-peft.safetensors'))
    const early = await openLora(adapterFile('lora-processor.safetensors'))
    const alphas = await Promise.all(
      [kohya, peft, early].map((lora) => lora.modules[0] && lora.alpha(lora.modules[0])),
    )
    expect(alphas).toEqual([1, 6, undefined])
    await Promise.all([kohya, peft, early].map((lora) => lora.close()))
  })
})
