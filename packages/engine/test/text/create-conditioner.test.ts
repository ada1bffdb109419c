import type { ModelFamily } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import type { TextEncoderSource } from '../../src/text/chunk-encoder.ts'
import type { Conditioner, PromptRequest, TextCondition } from '../../src/text/conditioning.ts'
import { type ConditionerOptions, createConditioner } from '../../src/text/create-conditioner.ts'
import { createTextEncoder } from '../../src/text/text-encoder.ts'
import { scriptedTextEncoder } from '../fixtures/scripted-text-encoder.ts'
import { createToyTokenizer } from '../fixtures/toy-tokenizer.ts'

const WINDOW = 7
const tokenizer = createToyTokenizer({ window: WINDOW })
const second = createToyTokenizer({ window: WINDOW, padToken: '!' })
const idOf = (letter: string) => tokenizer.tokens(letter)[0] ?? 0

/** A conditioner of scripted encoders, and what they heard. */
function build(family: ModelFamily, options: Partial<ConditionerOptions> = {}) {
  const heard: number[][] = []
  const opened: string[] = []
  const source = (
    part: TextEncoderSource['part'],
    own: typeof tokenizer,
    shape: Parameters<typeof scriptedTextEncoder>[0],
  ): TextEncoderSource => ({
    part,
    tokenizer: own,
    embeddings: new Map([['style', [900]]]),
    async open() {
      opened.push(part)
      return createTextEncoder(scriptedTextEncoder(shape, heard), { part, width: shape.width })
    },
  })
  const first = source('text_encoder', tokenizer, { width: 2, layers: 3 })
  const big = source('text_encoder_2', second, { width: 3, layers: 5, pooledWidth: 4 })
  const encoders = { sd1: [first], sd2: [first], sdxl: [first, big], sdxl_refiner: [big] }[family]
  return { conditioner: createConditioner({ encoders }, { family, ...options }), heard, opened }
}

const encode = (conditioner: Conditioner, changes: Partial<PromptRequest> = {}) =>
  conditioner.encode(
    { prompt: '', negativePrompt: '', modelCalls: 10, isGuided: true, ...changes },
    async () => {},
  )

const token = ({ embedding, tokens }: TextCondition, position: number) => {
  const width = embedding.length / tokens
  return [...embedding.subarray(position * width, (position + 1) * width)].map((value) =>
    Number(value.toFixed(4)),
  )
}
const only = (parts: readonly { condition: TextCondition }[] | undefined): TextCondition => {
  const [part] = parts ?? []
  if (part === undefined) throw new Error('no part')
  return part.condition
}

describe('Stable Diffusion 1', () => {
  it('gets the last layer of one window, and of the empty text for an empty negative prompt', async () => {
    const { conditioner, heard } = build('sd1')
    const { positive, negative, notes } = await encode(conditioner, { prompt: 'a b' })
    const condition = only(positive.at(0))
    expect(condition).toMatchObject({ tokens: WINDOW, pooled: undefined })
    expect(token(condition, 1)).toEqual([idOf('a') + 0.99, idOf('a') + 0.9901])
    expect(heard[1]).toEqual([tokenizer.start, ...Array(WINDOW - 1).fill(tokenizer.end)])
    expect(token(only(negative?.at(0)), 1)[0]).toBeCloseTo(tokenizer.end + 0.99, 2)
    expect(notes).toEqual([])
  })

  it('has no negative prompt where it would count for nothing', async () => {
    const { conditioner, heard } = build('sd1')
    const { negative } = await encode(conditioner, { prompt: 'a', isGuided: false })
    expect(negative).toBeUndefined()
    expect(heard).toHaveLength(1)
  })

  it('gets both prompts in as many chunks as the longer has', async () => {
    const { conditioner } = build('sd1')
    const { positive, negative } = await encode(conditioner, {
      prompt: 'a',
      negativePrompt: 'a b c d e f',
    })
    const [long, short] = [only(negative?.at(0)), only(positive.at(0))]
    expect([long.tokens, short.tokens]).toEqual([2 * WINDOW, 2 * WINDOW])
    expect(token(long, WINDOW + 1)[0]).toBeCloseTo(idOf('f') + 0.99, 2)
    expect(token(short, WINDOW + 1)[0]).toBeCloseTo(tokenizer.end + 0.99, 2)
  })

  it('loses the chunks that a fixed UNet cannot take, and is told', async () => {
    const { conditioner } = build('sd1', { maxChunks: 1 })
    const { positive, notes } = await encode(conditioner, { prompt: 'a b c d e f' })
    expect(only(positive.at(0)).tokens).toBe(WINDOW)
    expect(notes).toEqual([expect.stringContaining('2 chunks of 5 tokens')])
  })

  it('is given the names of embeddings as their ids', async () => {
    const { conditioner, heard } = build('sd1')
    await encode(conditioner, { prompt: 'a style', isGuided: false })
    expect(heard[0]?.slice(0, 4)).toEqual([tokenizer.start, idOf('a'), 900, tokenizer.end])
  })
})

describe('weights', () => {
  const weigh = async (
    family: ModelFamily,
    syntax: 'a1111' | 'comfy' | 'plain',
    prompt: string,
  ) => {
    const { conditioner } = build(family)
    const { positive } = await encode(conditioner, { prompt, syntax, isGuided: false })
    return only(positive.at(0))
  }
  const sum = ({ embedding }: TextCondition) => embedding.reduce((all, value) => all + value, 0)

  it('keep the mean of Stable Diffusion 1', async () => {
    const [even, weighted] = [
      await weigh('sd1', 'a1111', 'a b'),
      await weigh('sd1', 'a1111', '(a:2) b'),
    ]
    expect(sum(weighted) / sum(even)).toBeCloseTo(1, 5)
    const ratio = (token(weighted, 1)[0] ?? 0) / (token(weighted, 2)[0] ?? 1)
    expect(ratio).toBeCloseTo((2 * (idOf('a') + 0.99)) / (idOf('b') + 0.99), 4)
  })

  it('are only multiplied in SDXL', async () => {
    const weighted = await weigh('sdxl_refiner', 'a1111', '(a:2) b')
    expect(token(weighted, 1)[0]).toBeCloseTo(2 * (idOf('a') + 0.04), 3)
    expect(token(weighted, 2)[0]).toBeCloseTo(idOf('b') + 0.04, 3)
  })

  it('move away from the empty prompt in the way of ComfyUI', async () => {
    const weighted = await weigh('sd1', 'comfy', '(a:1.5) b')
    const [own, empty] = [idOf('a') + 0.99, tokenizer.end + 0.99]
    expect(token(weighted, 1)[0]).toBeCloseTo((own - empty) * 1.5 + empty, 3)
    expect(token(weighted, 2)[0]).toBeCloseTo(idOf('b') + 0.99, 3)
  })

  it('are text in a plain prompt', async () => {
    const { conditioner, heard } = build('sd1')
    await encode(conditioner, { prompt: '(a)', syntax: 'plain', isGuided: false })
    expect(heard[0]?.slice(1, 4)).toEqual(tokenizer.tokens('(a)'))
  })
})

describe('SDXL', () => {
  it('gets both encoders’ last layers but one side by side, and the pooled vector of the first chunk', async () => {
    const { conditioner, heard } = build('sdxl')
    const { positive } = await encode(conditioner, { prompt: 'a b c d e f', isGuided: false })
    const condition = only(positive.at(0))
    const f = idOf('f')
    expect(condition.tokens).toBe(2 * WINDOW)
    expect(token(condition, WINDOW + 1)).toEqual(
      [0.02, 0.0201, 0.04, 0.0401, 0.0402].map((value) => Number((f + value).toFixed(4))),
    )
    const firstOfBig = heard[2] ?? []
    const total = firstOfBig.reduce((all, id) => all + id, 0)
    expect([...(condition.pooled ?? [])]).toEqual(Array(4).fill(total))
    // The second encoder pads with "!".
    expect(token(condition, 2 * WINDOW - 1)[2]).toBeCloseTo(second.pad + 0.04, 3)
  })

  it('starts counting skipped layers at the last but one', async () => {
    const layerOf = async (clipSkip: number | undefined) => {
      const { conditioner } = build('sdxl')
      const { positive } = await encode(conditioner, { prompt: 'a', clipSkip, isGuided: false })
      return Math.round(((token(only(positive.at(0)), 1)[2] ?? 0) - idOf('a')) * 100)
    }
    expect(await Promise.all([undefined, 1, 2, 3].map(layerOf))).toEqual([4, 4, 4, 3])
  })

  it('hands its refiner the second encoder alone', async () => {
    const { conditioner, opened } = build('sdxl_refiner')
    const { positive } = await encode(conditioner, { prompt: 'a', isGuided: false })
    expect(token(only(positive.at(0)), 1)).toHaveLength(3)
    expect(new Set(opened)).toEqual(new Set(['text_encoder_2']))
  })
})

describe('over a run', () => {
  it('the same texts give the same array', async () => {
    const { conditioner, heard } = build('sd1')
    const { positive } = await encode(conditioner, { prompt: '[a:b:0.5]', isGuided: false })
    expect(positive.at(0)).toBe(positive.at(5))
    expect(positive.at(6)).toBe(positive.at(9))
    expect(positive.at(6)).not.toBe(positive.at(5))
    expect(heard.map((ids) => ids[1])).toEqual([idOf('a'), idOf('b')])
  })

  it('parts joined by AND stand side by side with their weights', async () => {
    const { conditioner } = build('sd1')
    const { positive, negative } = await encode(conditioner, {
      prompt: 'a AND b:0.5',
      negativePrompt: 'a AND b',
    })
    expect(positive.at(0).map(({ weight }) => weight)).toEqual([1, 0.5])
    expect(negative?.at(0)).toHaveLength(1)
  })

  it('no prompt comes to more texts than can be kept', async () => {
    const { conditioner, heard } = build('sd1')
    const { notes } = await encode(conditioner, {
      prompt: '[a|b|c|d|e][f|g|h|i|j|k|l][m|n|o]',
      modelCalls: 200,
      isGuided: false,
    })
    expect(heard.length).toBeLessThanOrEqual(64)
    expect(notes).toEqual([expect.stringContaining('more than 64 different texts')])
  })
})

describe('the cache', () => {
  it('spares loading the encoders again', async () => {
    const { conditioner, opened } = build('sd1')
    await encode(conditioner, { prompt: 'a (b:1.2)' })
    const before = opened.length
    await encode(conditioner, { prompt: 'a (b:1.2)' })
    expect(opened).toHaveLength(before)
  })

  it.each<[string, Partial<PromptRequest>]>([
    ['another text', { prompt: 'a (c:1.2)' }],
    ['another layer', { prompt: 'a (b:1.2)', clipSkip: 3 }],
  ])('does not mistake %s', async (_, changes) => {
    const { conditioner, heard } = build('sdxl')
    await encode(conditioner, { prompt: 'a (b:1.2)' })
    const before = heard.length
    await encode(conditioner, changes)
    expect(heard.length).toBeGreaterThan(before)
  })

  it('does not mistake another weight or syntax', async () => {
    const { conditioner } = build('sd1')
    const values = async (changes: Partial<PromptRequest>) =>
      token(only((await encode(conditioner, changes)).positive.at(0)), 1)[0]
    const found = [
      await values({ prompt: '(a:1.2) b' }),
      await values({ prompt: '(a:1.3) b' }),
      await values({ prompt: '(a:1.2) b', syntax: 'comfy' }),
      await values({ prompt: 'a b' }),
    ]
    expect(new Set(found).size).toBe(4)
  })

  it('holds no more than its bytes', async () => {
    const { conditioner, heard } = build('sd1', { cacheBytes: 0 })
    await encode(conditioner, { prompt: 'a', isGuided: false })
    await encode(conditioner, { prompt: 'a', isGuided: false })
    expect(heard).toHaveLength(2)
  })
})

it('stops between two calls of an encoder', async () => {
  const { conditioner, heard } = build('sd1')
  const request = { prompt: 'a', negativePrompt: 'b', modelCalls: 1, isGuided: true }
  const stop = async () => {
    if (heard.length === 1) throw new Error('stopped')
  }
  await expect(conditioner.encode(request, stop)).rejects.toThrow('stopped')
  expect(heard).toHaveLength(1)
})
