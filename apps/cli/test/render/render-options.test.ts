import { RenderRequest } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { parseInput } from '../../src/args/parse-input.ts'
import { parseRenderOptions, RENDER_FLAGS } from '../../src/render/render-options.ts'

const parse = (...argv: string[]) => parseRenderOptions(parseInput(argv, RENDER_FLAGS))

describe('parseRenderOptions', () => {
  it('leaves everything but the prompt and the count to the coordinator', () => {
    expect(parse('red apple')).toEqual({
      request: { prompt: 'red apple', n: 1 },
      files: [],
      settings: undefined,
      out: '.',
    })
  })

  it('fills a request that the API takes from every flag', () => {
    const { request, out } = parse(
      ...['cat', '--negative', 'dog', '--size', '128x96', '--steps', '30', '--cfg', '4.5'],
      ...['--sampler', 'DPM++ 2M Karras', '--seed', '18446744073709551615', '-n', '4'],
      ...['--model', 'pocket', '--out', 'cats/'],
    )
    expect(request).toEqual({
      prompt: 'cat',
      negativePrompt: 'dog',
      width: 128,
      height: 96,
      steps: 30,
      cfgScale: 4.5,
      sampler: 'dpmpp_2m',
      schedule: 'karras',
      seed: '18446744073709551615',
      n: 4,
      model: 'pocket',
    })
    expect(RenderRequest.parse(request).seed).toBe('18446744073709551615')
    expect(out).toBe('cats/')
  })

  it('takes one number as a square size', () => {
    expect(parse('cat', '--size', '128').request).toMatchObject({ width: 128, height: 128 })
  })

  it.each([
    ['--steps', '0'],
    ['--steps', '501'],
    ['--size', '128x'],
    ['--size', '0x128'],
    ['--size', '99999x128'],
    ['--cfg', 'much'],
    ['--cfg', '0.5'],
    ['--seed', '-1'],
    ['--seed', '18446744073709551616'],
    ['--count', '101'],
    ['--sampler', 'warp'],
  ])('refuses %s %s and names the flag', (flag, value) => {
    expect(() => parse('cat', `${flag}=${value}`)).toThrow(flag)
  })

  it('needs no prompt where a picture says how it was made', () => {
    const { request, settings } = parse('--settings', 'fox.png', '--seed', '8')
    expect(request).toEqual({ n: 1, seed: '8' })
    expect(settings).toBe('fox.png')
  })

  it('asks for quotes when the prompt came in pieces', () => {
    expect(() => parse('red', 'apple')).toThrow('put it in quotes')
  })

  it.each([[[]], [['  ']]])('refuses %j as a prompt', (argv) => {
    expect(() => parse(...argv)).toThrow('prompt is missing')
  })
})
