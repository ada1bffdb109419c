import { furtherModels, JobSpec, type RenderRequest } from '@reverie/core'
import { buildNewRender } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { specOf } from '../../src/index.ts'
import {
  admitted,
  cidOf,
  control,
  hires,
  init,
  inpaint,
  margins,
  offered,
  plain,
  request,
} from './requests.ts'

describe('admission', () => {
  it('fills in what the request left open from the manifest, and draws a seed', () => {
    const { seed, ...rest } = admitted({}, plain)
    const { manifest, cid } = plain
    expect(rest).toEqual({ ...request, ...manifest.defaults, model: cid, rng: 'torch-cpu' })
    expect(seed).toMatch(/^\d+$/)
  })

  it('keeps what the request says', () => {
    const choices = {
      width: 160,
      height: 96,
      steps: 7,
      cfgScale: 2.5,
      seed: '18446744073709551615',
      rng: 'philox',
      clipSkip: 2,
      format: 'webp',
    } as const
    expect(admitted(choices)).toMatchObject(choices)
  })

  it.each([
    ['width', 100, '96 to 256 in steps of 32'],
    ['height', 288, '96 to 256 in steps of 32'],
    ['width', 64, '96 to 256 in steps of 32'],
    ['steps', 151, '1 to 150'],
    ['steps', 0, '1 to 150'],
  ])('refuses %s %d and says what the model takes', (field, value, accepted) => {
    expect(() => admitted({ [field]: value })).toThrow(
      expect.objectContaining({ code: 'unsupported_by_model', facts: { field, accepted } }),
    )
  })

  it('names further models by CID and writes seeds in one way', () => {
    const parameters = admitted({
      init,
      inpaint,
      hires: { ...hires, upscaler: 'times4' },
      control: [{ ...control, model: 'edges' }],
      loras: [{ model: 'ink', weight: 0.5 }],
      embeddings: [{ model: 'style' }],
      restoreFaces: { model: 'faces', strength: 0.8 },
      upscale: { model: 'times4', scale: 2 },
      safety: { model: 'guard' },
      variation: { seed: '0007', strength: 0.1 },
    })
    expect(parameters.variation?.seed).toBe('7')
    expect(furtherModels(parameters).toSorted()).toEqual(
      ['times4', 'edges', 'ink', 'style', 'faces', 'guard'].map(cidOf).toSorted(),
    )
    const render = buildNewRender({ parameters })
    const [job] = render.jobs
    if (!job) throw new Error('a render has a job')
    const spec = specOf(render.parameters, job as Parameters<typeof specOf>[1])
    expect(JobSpec.parse(spec)).toEqual(spec)
    expect(spec).toMatchObject({ init, inpaint, loras: [{ model: cidOf('ink'), weight: 0.5 }] })
  })

  it('leaves out what is not used, so that jobs that mean the same hash the same', () => {
    const parameters = admitted({ loras: [], control: [], embeddings: [] })
    expect(Object.keys(parameters).toSorted()).toEqual(Object.keys(admitted({})).toSorted())
    expect(Object.values(parameters)).not.toContain(undefined)
  })

  it('finds a further model by its CID too', () => {
    const [, , ink] = offered
    expect(admitted({ loras: [{ model: ink?.cid ?? '', weight: 1 }] }).loras).toHaveLength(1)
  })

  it('takes the size of a picture that is to grow', () => {
    const outpaint = { ...margins, left: 64, bottom: 40 }
    expect(admitted({ init, outpaint })).toMatchObject({ width: 192, height: 128 })
  })

  it('lets a refiner go on with what a model of its family began', () => {
    const [big] = offered.filter(({ manifest }) => manifest.name === 'big')
    expect(admitted({ refiner: { model: 'refine', switchAt: 0.8 } }, big).refiner?.model).toBe(
      cidOf('refine'),
    )
  })
})

describe('LoRA tags in a prompt', () => {
  const lorasOf = (prompt: string, changes: Partial<RenderRequest> = {}) => {
    const parameters = admitted({ prompt, ...changes })
    return { prompt: parameters.prompt, weights: parameters.loras?.map(({ weight }) => weight) }
  }

  it.each([
    ['a cat <lora:ink:0.8>', 'a cat', [0.8]],
    ['<lora:ink>a cat', 'a cat', [1]],
    ['a <lora:ink:-.5:2>cat <lora:ink:2>', 'a cat', [-0.5, 2]],
    ['a < b, <lor:ink:1>, lora:ink', 'a < b, <lor:ink:1>, lora:ink', undefined],
  ])('%s becomes what it says', (prompt, left, weights) => {
    expect(lorasOf(prompt)).toEqual({ prompt: left, weights })
  })

  it('come after those of the list', () => {
    expect(lorasOf('a <lora:ink:2>', { loras: [{ model: 'ink', weight: 1 }] }).weights).toEqual([
      1, 2,
    ])
  })

  it('are text where prompts are plain', () => {
    const prompt = 'a cat <lora:nobody:9>'
    expect(lorasOf(prompt, { promptSyntax: 'plain' })).toEqual({ prompt, weights: undefined })
  })
})
