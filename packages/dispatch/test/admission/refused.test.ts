import type { RenderRequest } from '@reverie/core'
import { buildSha256 } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import type { CatalogueModel } from '../../src/index.ts'
import {
  admitted,
  control,
  hires,
  init,
  inpaint,
  margins,
  offered,
  plain,
  smallMask,
} from './requests.ts'

interface Refused {
  readonly changes: Partial<RenderRequest>
  readonly model?: CatalogueModel
  readonly code: string
  readonly field: string
  readonly accepted: RegExp
}

const REFUSED: Record<string, Refused> = {
  'a model that does not draw': {
    changes: {},
    model: offered[2] as CatalogueModel,
    code: 'model_incompatible',
    field: 'model',
    accepted: /^plain, rich, big$/,
  },
  'a LoRA for another family': {
    changes: { loras: [{ model: 'big-ink', weight: 1 }] },
    code: 'model_incompatible',
    field: 'loras.0.model',
    accepted: /^ink$/,
  },
  'a checkpoint as a LoRA': {
    changes: { loras: [{ model: 'plain', weight: 1 }] },
    code: 'model_incompatible',
    field: 'loras.0.model',
    accepted: /^ink$/,
  },
  'a LoRA that is not there': {
    changes: { loras: [{ model: 'nobody', weight: 1 }] },
    code: 'model_not_found',
    field: 'loras.0.model',
    accepted: /^ink$/,
  },
  'a LoRA on a model without': {
    changes: { loras: [{ model: 'ink', weight: 1 }] },
    model: plain,
    code: 'unsupported_by_model',
    field: 'loras',
    accepted: /^text-to-image$/,
  },
  'a tag of a LoRA that is not there': {
    changes: { prompt: 'cat <lora:nobody:1>' },
    code: 'model_not_found',
    field: 'prompt',
    accepted: /^ink$/,
  },
  'a tag with a weight of words': {
    changes: { prompt: 'cat <lora:ink:much>' },
    code: 'invalid_parameter',
    field: 'prompt',
    accepted: /-4 to 4/,
  },
  'a tag that weighs too much': {
    changes: { prompt: 'cat <lora:ink:40>' },
    code: 'invalid_parameter',
    field: 'prompt',
    accepted: /-4 to 4/,
  },
  'nine LoRAs': {
    changes: { prompt: `cat ${'<lora:ink:1>'.repeat(9)}` },
    code: 'invalid_parameter',
    field: 'loras',
    accepted: /at most 8/,
  },
  'a picture to start from on a model that cannot': {
    changes: { init },
    model: plain,
    code: 'unsupported_by_model',
    field: 'init',
    accepted: /^text-to-image$/,
  },
  'a picture that was not sent': {
    changes: { init: { ...init, image: buildSha256('of another') } },
    code: 'input_invalid',
    field: 'init.image',
    accepted: /\/v1\/inputs/,
  },
  'a control picture that was not sent': {
    changes: { control: [{ ...control, model: 'edges', image: buildSha256('x') }] },
    code: 'input_invalid',
    field: 'control.0.image',
    accepted: /\/v1\/inputs/,
  },
  'a mask of another size': {
    changes: { init, inpaint: { ...inpaint, mask: smallMask.hash } },
    code: 'input_invalid',
    field: 'inpaint.mask',
    accepted: /128x96/,
  },
  'a mask without a picture': {
    changes: { inpaint },
    code: 'invalid_parameter',
    field: 'init',
    accepted: /a picture/,
  },
  'margins without a picture': {
    changes: { outpaint: { ...margins, left: 32 } },
    code: 'invalid_parameter',
    field: 'init',
    accepted: /a picture/,
  },
  'margins of nothing': {
    changes: { init, outpaint: margins, width: 128, height: 96 },
    code: 'invalid_parameter',
    field: 'outpaint',
    accepted: /above 0/,
  },
  'margins that leave nothing': {
    changes: { init, outpaint: { ...margins, left: 64, right: 64 }, width: 128, height: 128 },
    code: 'invalid_parameter',
    field: 'outpaint',
    accepted: /smaller than 128/,
  },
  'a grown picture past the model': {
    changes: { init, outpaint: { ...margins, left: 1_000 } },
    code: 'unsupported_by_model',
    field: 'width',
    accepted: /96 to 256/,
  },
  'a finished picture past every limit': {
    changes: { width: 256, hires: { ...hires, scale: 4 }, upscale: { model: 'times4', scale: 8 } },
    code: 'invalid_parameter',
    field: 'upscale.scale',
    accepted: /at most 4 here/,
  },
  'more second steps than the model takes': {
    changes: { hires: { ...hires, steps: 151 } },
    code: 'unsupported_by_model',
    field: 'hires.steps',
    accepted: /1 to 150/,
  },
  'a second pass through pixels on a model that cannot start from them': {
    changes: { hires: { ...hires, upscaler: 'times4' } },
    model: plain,
    code: 'unsupported_by_model',
    field: 'hires.upscaler',
    accepted: /text-to-image/,
  },
  'a LoRA as an upscaler': {
    changes: { hires: { ...hires, upscaler: 'ink' } },
    code: 'model_incompatible',
    field: 'hires.upscaler',
    accepted: /^times4$/,
  },
  'a control that ends before it begins': {
    changes: { control: [{ ...control, model: 'edges', start: 0.5, end: 0.5 }] },
    code: 'invalid_parameter',
    field: 'control.0.end',
    accepted: /more than its start/,
  },
  'a refiner of another family': {
    changes: { refiner: { model: 'refine', switchAt: 0.8 } },
    code: 'model_incompatible',
    field: 'refiner.model',
    accepted: /plain, rich/,
  },
}

describe('admission refuses', () => {
  it.each(Object.entries(REFUSED))('%s', (_name, { changes, model, code, field, accepted }) => {
    const facts = expect.objectContaining({ field, accepted: expect.stringMatching(accepted) })
    expect(() => admitted(changes, model)).toThrow(expect.objectContaining({ code, facts }))
    expect(() => admitted(changes, model)).toThrow(field)
  })
})
