import { ErrorBody } from '@reverie/api'
import { buildSha256 } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { createHttpRig } from './http-rig.ts'

const image = buildSha256('a picture')
const HASH = 'a SHA-256 as 64 lower-case hex digits'
const SEED = /^a whole number from 0 to 18446744073709551615/
const NAME = 'text of 1 to 200 characters'
const init = { image }

/** Field, what is sent, and what must be said would do: one row at least for every technique. */
const TABLE: readonly (readonly [field: string, body: object, accepted: string | RegExp])[] = [
  ['rng', { rng: 'dice' }, 'one of torch-cpu, philox'],
  ['promptSyntax', { promptSyntax: 'prose' }, 'one of a1111, comfy, plain'],
  ['clipSkip', { clipSkip: 0 }, '1 to 12'],
  ['clipSkip', { clipSkip: 1.5 }, '1 to 12'],
  ['eta', { eta: 2 }, '0 to 1'],
  ['cfgRescale', { cfgRescale: -0.1 }, '0 to 1'],
  ['variation', { variation: 3 }, /^an object with the fields seed, strength$/],
  ['variation.seed', { variation: { seed: -1, strength: 0 } }, SEED],
  ['variation.strength', { variation: { seed: 1 } }, '0 to 1'],
  ['init', { init: 'cat.png' }, /^an object with the fields image, strength, fit$/],
  ['init.image', { init: {} }, HASH],
  ['init.image', { init: { image: 'cat.png' } }, HASH],
  ['init.strength', { init: { image, strength: 0 } }, '0.01 to 1'],
  ['init.fit', { init: { image, fit: 'tile' } }, 'one of stretch, crop, pad'],
  ['init.stregnth', { init: { image, stregnth: 1 } }, 'the fields image, strength, fit'],
  ['inpaint.mask', { init, inpaint: { mask: 7 } }, HASH],
  ['inpaint.blur', { init, inpaint: { mask: image, blur: 65 } }, '0 to 64'],
  ['inpaint.fill', { init, inpaint: { mask: image, fill: 'red' } }, /^one of original, fill/],
  ['inpaint.area', { init, inpaint: { mask: image, area: 'half' } }, 'one of whole, masked'],
  ['inpaint.invert', { init, inpaint: { mask: image, invert: 1 } }, 'true or false'],
  ['inpaint.padding', { init, inpaint: { mask: image, padding: -1 } }, '0 to 512'],
  ['outpaint.left', { init, outpaint: { left: 2_000 } }, '0 to 1024'],
  ['hires.scale', { hires: { scale: 5 } }, '1 to 4'],
  ['hires.upscaler', { hires: { upscaler: '' } }, /^one of latent, .*, or text of 1 to 200/],
  ['hires.steps', { hires: { steps: 0 } }, '1 to 500'],
  ['hires.strength', { hires: { strength: 1.1 } }, '0.01 to 1'],
  ['control', { control: { model: 'edges' } }, 'a list of at most 3'],
  ['control', { control: Array(4).fill({ model: 'edges', image }) }, 'a list of at most 3'],
  ['control.0.image', { control: [{ model: 'edges' }] }, HASH],
  ['control.0.model', { control: [{ image }] }, NAME],
  [
    'control.1.weight',
    { control: [1, 3].map((weight) => ({ model: 'e', image, weight })) },
    '0 to 2',
  ],
  ['control.0.preprocessor', { control: [{ model: 'e', image, preprocessor: 'x' }] }, /canny/],
  ['loras', { loras: Array(9).fill({ model: 'ink' }) }, 'a list of at most 8'],
  ['loras.0.weight', { loras: [{ model: 'ink', weight: 5 }] }, '-4 to 4'],
  ['embeddings.0.model', { embeddings: [{ model: null }] }, NAME],
  ['refiner.switchAt', { refiner: { model: 'x', switchAt: 1 } }, '0.01 to 0.99'],
  ['restoreFaces.strength', { restoreFaces: { model: 'x', strength: 2 } }, '0 to 1'],
  ['upscale.scale', { upscale: { model: 'x', scale: 9 } }, '1 to 8'],
  ['safety.model', { safety: {} }, NAME],
  ['format', { format: 'gif' }, 'one of png, webp, jpeg'],
  ['quality', { quality: 0 }, '1 to 100'],
  ['metadata', { metadata: 'no' }, 'true or false'],
]

/** What is well-formed and still cannot be done here: the model starts from pictures and takes ControlNets. */
const REFUSED: readonly (readonly [code: string, field: string, body: object])[] = [
  ['input_invalid', 'init.image', { init }],
  ['invalid_parameter', 'init', { inpaint: { mask: image } }],
  ['invalid_parameter', 'init', { outpaint: { left: 8 } }],
  ['model_not_found', 'control.0.model', { control: [{ model: 'edges', image }] }],
  ['model_not_found', 'loras.0.model', { loras: [{ model: 'ink' }] }],
  ['model_not_found', 'prompt', { prompt: 'cat <lora:ink:1>' }],
  ['model_incompatible', 'loras.0.model', { loras: [{ model: 'pocket' }] }],
  ['model_not_found', 'embeddings.0.model', { embeddings: [{ model: 'style' }] }],
  ['model_not_found', 'upscale.model', { upscale: { model: 'x4' } }],
  ['model_not_found', 'restoreFaces.model', { restoreFaces: { model: 'faces' } }],
  ['model_not_found', 'safety.model', { safety: { model: 'guard' } }],
  ['model_not_found', 'refiner.model', { refiner: { model: 'refine' } }],
  ['model_not_found', 'hires.upscaler', { hires: { upscaler: 'x4' } }],
  ['unsupported_by_model', 'hires.steps', { hires: { steps: 200 } }],
]

const post = async (body: object) => {
  const rig = await createHttpRig()
  const answer = await rig.app.inject({
    method: 'POST',
    url: '/v1/renders',
    headers: rig.artist.headers,
    payload: { prompt: 'red apple', ...body },
  })
  expect(await rig.storedRenders()).toEqual([])
  return { status: answer.statusCode, ...ErrorBody.parse(answer.json()).error }
}

describe('a technique', () => {
  it.each(TABLE)('is refused for its %s in %j', async (field, body, accepted) => {
    const error = await post(body)
    expect(error).toMatchObject({ status: 400, code: 'invalid_parameter', field })
    if (typeof accepted === 'string') expect(error.accepted).toBe(accepted)
    else expect(error.accepted).toMatch(accepted)
    expect(error.message).toContain(field)
  })

  it.each(REFUSED)('that cannot be done here is refused as %s of %s', async (code, field, body) => {
    const error = await post(body)
    expect(error).toMatchObject({ code, field })
    expect(error.status).toBeGreaterThanOrEqual(400)
    expect(error.status).toBeLessThan(500)
    expect(error.accepted).toBeTruthy()
    expect(error.message).toContain(field)
  })
})
