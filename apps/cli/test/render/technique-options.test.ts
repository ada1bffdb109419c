import { RenderRequest } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { parseInput } from '../../src/args/parse-input.ts'
import { parseRenderOptions, RENDER_FLAGS } from '../../src/render/render-options.ts'
import { TECHNIQUE_FLAGS } from '../../src/render/technique-flags.ts'

const parse = (...argv: string[]) => parseRenderOptions(parseInput(['cat', ...argv], RENDER_FLAGS))

const EVERY = [
  ...['--syntax', 'comfy', '--clip-skip', '2', '--variation', '7:0.25', '--rng', 'philox'],
  ...['--eta', '0.5', '--cfg-rescale', '0.7', '--init', 'a.png', '--strength', '0.6'],
  ...['--fit', 'pad', '--mask', 'm.png', '--invert-mask', '--mask-blur', '8', '--fill', 'noise'],
  ...['--only-masked', '--mask-padding', '16', '--outpaint', '64,0,32,8'],
  ...['--lora', 'ink:0.8', '--lora', 'glow', '--lora=wash:-1', '--embedding', 'style'],
  ...[
    '--control',
    'edges:b.png:canny:0.5',
    '--control',
    'depth:C:\\d.png',
    '--refiner',
    'fine:0.7',
  ],
  ...['--safety', 'guard', '--hires', '2,times4,0.4', '--upscale', 'times4:2'],
  ...['--restore-faces', 'faces:0.5', '--format', 'webp', '--quality', '80', '--no-metadata'],
]

describe('technique flags', () => {
  it('say every technique as the API takes it, with paths in the place of hashes', () => {
    const { request, files } = parse(...EVERY)
    expect(request).toEqual({
      prompt: 'cat',
      n: 1,
      promptSyntax: 'comfy',
      clipSkip: 2,
      variation: { seed: '7', strength: 0.25 },
      rng: 'philox',
      eta: 0.5,
      cfgRescale: 0.7,
      init: { image: 'a.png', strength: 0.6, fit: 'pad' },
      inpaint: { mask: 'm.png', invert: true, blur: 8, fill: 'noise', area: 'masked', padding: 16 },
      outpaint: { left: 64, top: 0, right: 32, bottom: 8 },
      loras: [{ model: 'ink', weight: 0.8 }, { model: 'glow' }, { model: 'wash', weight: -1 }],
      embeddings: [{ model: 'style' }],
      control: [
        { model: 'edges', image: 'b.png', preprocessor: 'canny', weight: 0.5 },
        { model: 'depth', image: 'C:\\d.png' },
      ],
      refiner: { model: 'fine', switchAt: 0.7 },
      safety: { model: 'guard' },
      hires: { scale: 2, upscaler: 'times4', strength: 0.4 },
      upscale: { model: 'times4', scale: 2 },
      restoreFaces: { model: 'faces', strength: 0.5 },
      format: 'webp',
      quality: 80,
      metadata: false,
    })
    expect(files).toEqual(['a.png', 'm.png', 'b.png', 'C:\\d.png'])
    const hash = 'a'.repeat(64)
    const sent = JSON.parse(JSON.stringify(request), (key, value) =>
      (key === 'image' || key === 'mask') && typeof value === 'string' ? hash : value,
    )
    expect(RenderRequest.parse(sent)).toMatchObject({ hires: { scale: 2 } })
  })

  it('are all in the example above', () => {
    const names = EVERY.flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? [])
    expect(Object.keys(TECHNIQUE_FLAGS).filter((name) => !names.includes(name))).toEqual([])
  })

  it.each([
    ['--hires', '2', { scale: 2 }],
    ['--hires', '1.5,latent_nearest', { scale: 1.5, upscaler: 'latent_nearest' }],
  ])('%s takes %s', (flag, value, hires) => {
    expect(parse(flag, value).request.hires).toEqual(hires)
  })

  it.each([
    ['--strength', '0.5', '--init'],
    ['--mask', 'm.png', '--init'],
    ['--outpaint', '1,1,1,1', '--init'],
    ['--fill', 'noise', '--mask'],
  ])('%s alone says which flag it needs', (flag, value, needed) => {
    expect(() => parse(flag, value)).toThrow(`${flag} needs ${needed}`)
  })

  it.each([
    ['--syntax', 'prose'],
    ['--clip-skip', '13'],
    ['--variation', '7'],
    ['--variation', '7:2'],
    ['--variation', '18446744073709551616:0.5'],
    ['--rng', 'dice'],
    ['--eta', 'much'],
    ['--cfg-rescale', '-1'],
    ['--fit', 'tile'],
    ['--outpaint', '1,2,3'],
    ['--outpaint', '1,2,3,-4'],
    ['--outpaint', '1,2,3,4,5'],
    ['--lora', 'ink:'],
    ['--lora', 'ink:heavy'],
    ['--lora', ':1'],
    ['--control', 'edges'],
    ['--control', 'edges:'],
    ['--refiner', 'fine:1'],
    ['--hires', '5'],
    ['--hires', '2,'],
    ['--hires', '2,latent,0'],
    ['--hires', '2,latent,0.5,9'],
    ['--upscale', 'times4:9'],
    ['--restore-faces', 'faces:2'],
    ['--format', 'gif'],
    ['--quality', '0'],
  ])('%s refuses %s and names itself', (flag, value) => {
    const files = ['--init', 'a.png', '--mask', 'm.png']
    expect(() => parse(...files, `${flag}=${value}`)).toThrow(flag)
  })
})
