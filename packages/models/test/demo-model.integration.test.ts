import { readdir } from 'node:fs/promises'
import { demoModelFolder } from '@reverie/demo-model'
import { describe, expect, it } from 'vitest'
import { describeModelFolder, openModelFolder } from '../src/index.ts'

/** Receipts name the model by this. A change here is a change of the model: say so in the notes of the release. */
const POCKET = 'bafyreic4ve4eso2op44shiovay6mhya5liytlfxdms4bv75mfqhupnxscy'

describe('the demo model', () => {
  it('opens and has the pinned CID', async () => {
    const model = await openModelFolder(demoModelFolder)
    expect(model.cid).toBe(POCKET)
    expect(model.manifest.name).toBe('pocket')
  })

  it('has a manifest that describes every file it runs from', async () => {
    const { manifest } = await openModelFolder(demoModelFolder)
    const { v: _v, files: _files, ...fields } = manifest
    expect(await describeModelFolder(demoModelFolder, fields)).toEqual(manifest)
    const folders = (await readdir(demoModelFolder, { withFileTypes: true })).filter((entry) =>
      entry.isDirectory(),
    )
    expect(folders).toHaveLength(6)
  })
})
