import { describe, expect, it } from 'vitest'
import { requireListable } from '../../src/describe/require-listable.ts'

const files = (...names: string[]) => names.map((name) => ({ from: name, to: name }))

describe('files that a manifest can list', () => {
  it('are up to two hundred with plain names', () => {
    requireListable(
      files('unet/model.onnx', ...Array.from({ length: 199 }, (_, i) => `unet/w${i}`)),
    )
  })

  it.each([
    ['a name with a colon', files('unet/onnx::MatMul_1')],
    ['a name with a space', files('unet/my weights')],
    ['two hundred and one', files(...Array.from({ length: 201 }, (_, i) => `unet/w${i}`))],
  ])('are not %s', (_, list) => {
    expect(() => requireListable(list)).toThrow(expect.objectContaining({ code: 'model_invalid' }))
  })
})
