import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isReverieError } from '@reverie/core'
import { tinyModelFolder } from '@reverie/tiny-models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGraphFacts } from '../../src/describe/graph-facts.ts'
import { scratchFolder } from '../sample-model.ts'

describe('reading a graph without its weights', () => {
  it('tells inputs, outputs, files beside it and bytes of weights', async () => {
    const path = join(tinyModelFolder('sd15-external'), 'unet/model.onnx')
    const facts = await readGraphFacts(path, 'unet/model.onnx')
    expect(facts.inputs).toEqual([
      { name: 'sample', type: 1, dims: [undefined, 4, undefined, undefined] },
      { name: 'timestep', type: 1, dims: [] },
      { name: 'encoder_hidden_states', type: 1, dims: [undefined, undefined, 16] },
    ])
    expect(facts.outputs).toEqual(['out_sample'])
    expect(facts.locations).toEqual(['model.onnx_data'])
    expect(facts.operators).toContain('Conv')
    // The same network with its weights inside says the same of them.
    const inside = join(tinyModelFolder('sd15'), 'unet/model.onnx')
    expect(facts.weights).toEqual((await readGraphFacts(inside, 'x')).weights)
  })

  it('answers any damage with an error of its own, never with another', async () => {
    await using scratch = await scratchFolder()
    const whole = await readFile(join(tinyModelFolder('upscaler-x4'), 'model.onnx'))
    const path = join(scratch.path, 'x.onnx')
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const bytes = Buffer.from(whole)
          for (const { at, byte } of changes) bytes[at] = byte
          await writeFile(path, bytes.subarray(0, length))
          await readGraphFacts(path, 'x').catch((error: unknown) => {
            expect(isReverieError(error) && error.code).toBe('model_invalid')
          })
        },
      ),
      { numRuns: 150 },
    )
  })
})
