import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createModelLibrary } from '../src/index.ts'
import { scratchFolder, writeSampleModel } from './sample-model.ts'

describe('a model library', () => {
  it('finds models by name and by CID, in model folders and one level below others', async () => {
    await using scratch = await scratchFolder()
    const direct = join(scratch.path, 'direct')
    const shelf = join(scratch.path, 'shelf')
    await writeSampleModel(direct, { name: 'one' })
    await writeSampleModel(join(shelf, 'b'), { name: 'two' })
    await writeSampleModel(join(shelf, 'a'), { name: 'three' })
    const library = await createModelLibrary({ folders: [direct, shelf] })
    expect(library.list().map(({ manifest }) => manifest.name)).toEqual(['one', 'three', 'two'])
    for (const model of library.list()) {
      expect(library.find(model.cid)).toBe(model)
      expect(library.find(model.manifest.name)).toBe(model)
    }
  })

  it('lists a model once however often it is there, and prefers the first of two with one name', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(join(scratch.path, 'a'))
    await writeSampleModel(join(scratch.path, 'b'))
    await writeSampleModel(join(scratch.path, 'c'), { title: 'Another with this name' })
    const library = await createModelLibrary({ folders: [scratch.path] })
    expect(library.list()).toHaveLength(2)
    expect(library.find('sample').folder).toBe(join(scratch.path, 'a'))
  })

  it('keeps a broken model from hiding the others, and says what is wrong with it', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(join(scratch.path, 'bad'), { name: 'bad' })
    await writeSampleModel(join(scratch.path, 'good'), { name: 'good' })
    await writeFile(join(scratch.path, 'bad/unet/model.onnx'), 'WEIGHTS')
    const library = await createModelLibrary({ folders: [scratch.path] })
    expect(library.list().map(({ manifest }) => manifest.name)).toEqual(['good'])
    expect(library.broken()).toEqual([
      {
        folder: join(scratch.path, 'bad'),
        error: expect.objectContaining({ code: 'model_file_corrupt' }),
      },
    ])
    expect(() => library.find('bad')).toThrow(
      expect.objectContaining({
        code: 'model_not_found',
        message: expect.stringMatching(/Installed: good\. Not usable: .*unet\/model\.onnx/),
      }),
    )
  })

  it('does not look into folders with a dot: what lies there is no model yet', async () => {
    await using scratch = await scratchFolder()
    await writeSampleModel(join(scratch.path, '.incoming'))
    const library = await createModelLibrary({ folders: [scratch.path] })
    expect([...library.list(), ...library.broken()]).toEqual([])
  })

  it('is empty when its folders do not exist', async () => {
    const library = await createModelLibrary({ folders: ['/nonexistent/models'] })
    expect(library.list()).toEqual([])
    expect(() => library.find('pocket')).toThrow(/Installed: none/)
  })
})
