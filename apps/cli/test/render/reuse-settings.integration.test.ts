import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelView } from '@reverie/api'
import { ReverieError } from '@reverie/core'
import { writePngText } from '@reverie/trust/png'
import { describe, expect, it } from 'vitest'
import { reuseSettings } from '../../src/render/reuse-settings.ts'

/** One grey pixel: enough of a picture to carry text. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)

async function reuse(text: string | undefined, request = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'reverie-cli-'))
  const path = join(folder, 'fox.png')
  const bytes = text === undefined ? PIXEL : writePngText(PIXEL, [{ keyword: 'parameters', text }])
  await writeFile(path, bytes)
  const said: string[] = []
  const getModel = async ({ name }: { name: string }) => {
    if (name === 'pocket') return {} as ModelView
    throw new ReverieError('model_not_found', 'no')
  }
  const whole = await reuseSettings(
    path,
    request,
    { getModel },
    { say: (line) => void said.push(line) },
  )
  return { whole, said: said.join('\n') }
}

const LINE = 'Steps: 12, Sampler: Euler a, CFG scale: 6.5, Seed: 7, Size: 128x160'

describe("a picture's settings", () => {
  it('fill what a request leaves open, and nothing that it says', async () => {
    const { whole, said } = await reuse(`a fox\nNegative prompt: dog\n${LINE}, Model: pocket`, {
      seed: '8',
      n: 2,
    })
    expect(whole).toEqual({
      prompt: 'a fox',
      negativePrompt: 'dog',
      steps: 12,
      sampler: 'euler_ancestral',
      cfgScale: 6.5,
      seed: '8',
      width: 128,
      height: 160,
      model: 'pocket',
      n: 2,
    })
    expect(said).toBe('')
  })

  it('leave out what cannot be used here, and say so', async () => {
    const text = `a fox\n${LINE.replace('Steps: 12', 'Steps: 9000')}, Model: dreamer, Lora hashes: x, Model hash: 12ab, Version: v1`
    const { whole, said } = await reuse(text)
    expect(whole).not.toHaveProperty('model')
    expect(whole).not.toHaveProperty('steps')
    expect(whole).toMatchObject({ prompt: 'a fox', seed: '7' })
    expect(said).toMatch(/its model "dreamer" cannot be used here/)
    expect(said).toMatch(/its steps "9000" cannot be used here/)
    expect(said).toMatch(/not used: Lora hashes: x$/m)
  })

  it('are missed where the file has none', async () => {
    await expect(reuse(undefined)).rejects.toMatchObject({ code: 'file_unreadable' })
  })
})
