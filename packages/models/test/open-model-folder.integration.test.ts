import { appendFile, mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ErrorCode } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { manifestCid, openModelFolder } from '../src/index.ts'
import { sampleManifest, scratchFolder, writeSampleModel } from './sample-model.ts'

const failsWith = (code: ErrorCode, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('opening a model folder', () => {
  it('gives the manifest, its CID and the absolute folder', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(scratch.path)
    const model = await openModelFolder(scratch.path)
    expect(model.folder).toBe(scratch.path)
    expect(model.manifest).toEqual(sampleManifest())
    expect(model.cid).toBe(manifestCid(model.manifest))
  })

  it('names a file that is missing', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(scratch.path)
    await rm(join(scratch.path, 'unet/model.onnx'))
    await expect(openModelFolder(scratch.path)).rejects.toEqual(
      failsWith('model_file_missing', /unet\/model\.onnx/),
    )
  })

  it('names a file whose bytes changed, with the expected and the found hash', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(scratch.path)
    await writeFile(join(scratch.path, 'unet/model.onnx'), 'WEIGHTS')
    await expect(openModelFolder(scratch.path)).rejects.toEqual(
      failsWith(
        'model_file_corrupt',
        /unet\/model\.onnx .*SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}/,
      ),
    )
  })

  it.each([
    ['longer', (path: string) => appendFile(path, '!'), /expected bytes 7, found 8/],
    ['cut short', (path: string) => truncate(path, 3), /expected bytes 7, found 3/],
  ])('names a file that is %s', async (_, damage, message) => {
    await using scratch = await scratchFolder()
    await writeSampleModel(scratch.path)
    await damage(join(scratch.path, 'unet/model.onnx'))
    await expect(openModelFolder(scratch.path)).rejects.toEqual(
      failsWith('model_file_corrupt', message),
    )
  })

  it('refuses a link that leads out of the folder, whatever it leads to', async () => {
    await using scratch = await scratchFolder()
    const folder = join(scratch.path, 'model')
    await writeSampleModel(folder)
    await writeFile(join(scratch.path, 'outside'), 'weights')
    await rm(join(folder, 'unet/model.onnx'))
    await symlink(join(scratch.path, 'outside'), join(folder, 'unet/model.onnx'))
    await expect(openModelFolder(folder)).rejects.toEqual(failsWith('model_invalid', /link out of/))
  })

  it('refuses a linked part folder that leads to a sibling with the same prefix', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(join(scratch.path, 'model'))
    await writeSampleModel(join(scratch.path, 'model-two'))
    await rm(join(scratch.path, 'model/unet'), { recursive: true })
    await symlink(join(scratch.path, 'model-two/unet'), join(scratch.path, 'model/unet'))
    await expect(openModelFolder(join(scratch.path, 'model'))).rejects.toEqual(
      failsWith('model_invalid', /link out of/),
    )
  })

  it('takes links that stay inside, and a folder reached through a link', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(join(scratch.path, 'model'))
    const unet = join(scratch.path, 'model/unet')
    await writeFile(join(unet, 'real.onnx'), 'weights')
    await rm(join(unet, 'model.onnx'))
    await symlink('real.onnx', join(unet, 'model.onnx'))
    await symlink(join(scratch.path, 'model'), join(scratch.path, 'alias'))
    expect((await openModelFolder(join(scratch.path, 'alias'))).manifest.name).toBe('sample')
  })

  it('refuses a folder where a file should be', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(scratch.path)
    await rm(join(scratch.path, 'unet/model.onnx'))
    await mkdir(join(scratch.path, 'unet/model.onnx'))
    await expect(openModelFolder(scratch.path)).rejects.toEqual(
      failsWith('model_invalid', /not a file/),
    )
  })

  it.each([
    [
      'a path that climbs out',
      { files: [{ path: '../x', size: 1, sha256: 'a'.repeat(64) }] },
      /files\.0\.path/,
    ],
    [
      'an absolute path',
      { files: [{ path: '/etc/passwd', size: 1, sha256: 'a'.repeat(64) }] },
      /files\.0\.path/,
    ],
    ['no files', { files: [] }, /files/],
    ['an unknown field', { surprise: 1 }, /manifest/],
    [
      'a default size off its step',
      { defaults: { ...(sampleManifest().defaults as object), width: 500 } },
      /side 500/,
    ],
    ['default steps out of range', { steps: { min: 30, max: 40 } }, /default of 20 steps/],
    ['a range upside down', { size: { min: 512, max: 64, step: 64 } }, /size\.min 512/],
  ])('refuses a manifest with %s', async (_, change, message) => {
    await using scratch = await scratchFolder()
    await writeSampleModel(scratch.path, change)
    await expect(openModelFolder(scratch.path)).rejects.toEqual(failsWith('model_invalid', message))
  })

  it('refuses a manifest that lists a file twice', async () => {
    await using scratch = await scratchFolder()
    const [file] = sampleManifest().files as unknown[]
    await writeSampleModel(scratch.path, { files: [file, file] })
    await expect(openModelFolder(scratch.path)).rejects.toEqual(
      failsWith('model_invalid', /listed twice/),
    )
  })

  it('refuses a manifest that is not JSON, is huge, or is not there', async () => {
    await using scratch = await scratchFolder()
    await expect(openModelFolder(scratch.path)).rejects.toEqual(
      failsWith('model_file_missing', /manifest\.json/),
    )
    await writeFile(join(scratch.path, 'manifest.json'), '{')
    await expect(openModelFolder(scratch.path)).rejects.toEqual(failsWith('model_invalid', /JSON/))
    await writeFile(join(scratch.path, 'manifest.json'), ' '.repeat(200_000))
    await expect(openModelFolder(scratch.path)).rejects.toEqual(
      failsWith('model_invalid', /200000 bytes/),
    )
  })

  it('stops when it is told to', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(scratch.path)
    await expect(
      openModelFolder(scratch.path, { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough')
  })
})
