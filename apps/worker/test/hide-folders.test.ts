import { buildManifestCid, buildModelManifest } from '@reverie/testkit'
import { expect, it } from 'vitest'
import { hideFolders } from '../src/hide-folders.ts'

const model = {
  cid: buildManifestCid(),
  manifest: { ...buildModelManifest(), name: 'pocket' },
  folder: '/home/jane.doe/models/pocket-1',
}

it('calls a model by its name and a home by none', () => {
  const error = {
    code: 'model_invalid',
    message: '/home/jane.doe/models/pocket-1/unet/model.onnx and /home/jane.doe/graphs/1 are cut',
    facts: { file: '/home/jane.doe/models/pocket-1/unet/model.onnx', bytes: 3 },
  } as const
  expect(hideFolders(error, [model], '/home/jane.doe')).toEqual({
    code: 'model_invalid',
    message: 'pocket/unet/model.onnx and ~/graphs/1 are cut',
    facts: { file: 'pocket/unet/model.onnx', bytes: 3 },
  })
})

it('leaves every path alone where home is the root', () => {
  const error = { code: 'model_invalid', message: 'a/b is cut', facts: {} } as const
  expect(hideFolders(error, [], '/')).toEqual(error)
})
