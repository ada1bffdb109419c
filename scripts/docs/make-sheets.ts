/**
 * Draws the contact sheets of the documentation with the demo model: every sampler and schedule, and what a picture can
 * be made from. Usage: node --conditions=reverie-source scripts/docs/make-sheets.ts [FOLDER]
 */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type JobSpec,
  type RenderInputs,
  Sampler,
  Schedule,
  Sha256,
} from '../../packages/core/src/index.ts'
import { demoModelFolder } from '../../packages/demo-model/src/index.ts'
import { encodeImage } from '../../packages/engine/src/images/index.ts'
import { createChildEngine } from '../../packages/engine/src/index.ts'
import { openModelFolder } from '../../packages/models/src/index.ts'
import { buildJobSpec } from '../../packages/testkit/src/index.ts'
import { drawSheet, type SheetRow, type Tile } from './sheet.ts'

const SIDE = 128
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../../.github/sheets'))
const model = await openModelFolder(demoModelFolder)
const engine = await createChildEngine()

const base: Partial<JobSpec> = {
  model: model.cid,
  prompt: 'red apple, 3d style, blue background',
  sampler: 'dpmpp_2m',
  schedule: 'karras',
  cfgScale: 4,
  seed: '7',
}

async function draw(changes: Partial<JobSpec>, images?: RenderInputs['images']) {
  const spec = buildJobSpec({ ...base, ...changes, format: 'jpeg', quality: 85, metadata: false })
  const { file } = await engine.render(model, spec, images ? { inputs: { images } } : {})
  return file
}

const tile = async (
  label: string,
  changes: Partial<JobSpec>,
  images?: RenderInputs['images'],
): Promise<Tile> => {
  process.stderr.write(`${label}\n`)
  return { label, jpeg: await draw(changes, images) }
}

async function tiles(
  entries: readonly (readonly [string, Partial<JobSpec>])[],
  images?: RenderInputs['images'],
): Promise<Tile[]> {
  const made: Tile[] = []
  for (const [label, changes] of entries) made.push(await tile(label, changes, images))
  return made
}

const samplers: SheetRow = {
  title: 'Samplers, 20 steps, schedule karras',
  tiles: await tiles(Sampler.options.map((sampler) => [sampler, { sampler }] as const)),
}
const schedules: SheetRow = {
  title: 'Schedules, 20 steps of dpmpp_2m',
  tiles: await tiles(Schedule.options.map((schedule) => [schedule, { schedule }] as const)),
}
await writeFile(join(folder, 'samplers.svg'), drawSheet([samplers, schedules], 5))

const hashOf = (bytes: Uint8Array) => Sha256.parse(createHash('sha256').update(bytes).digest('hex'))
const { file: picture } = await engine.render(model, buildJobSpec(base))
const mask = await encodeImage(disc(), { format: 'png' })
const images = new Map([picture, mask].map((file) => [hashOf(file), file]))
const init = (strength: number) => ({ image: hashOf(picture), strength, fit: 'crop' as const })
const inpaint = (changes: Partial<NonNullable<JobSpec['inpaint']>> = {}) => ({
  mask: hashOf(mask),
  invert: false,
  blur: 4,
  fill: 'original' as const,
  area: 'whole' as const,
  padding: 16,
  ...changes,
})
const hires = (strength: number, upscaler: 'latent' | 'latent_bicubic') => ({
  hires: { scale: 1.5, upscaler, strength },
})
const orange = { prompt: 'tangerine, 3d style, blue background' }
const margins = { left: 32, top: 32, right: 32, bottom: 32 }
const techniques: SheetRow[] = [
  {
    title: 'From a picture (init): "tangerine" over the apple',
    tiles: await tiles(
      [0.2, 0.4, 0.6, 0.8, 1].map((strength) => [
        `strength ${strength}`,
        { ...orange, init: init(strength) },
      ]),
      images,
    ),
  },
  {
    title: 'Inside a mask (inpaint), a disc in the middle',
    tiles: await tiles(
      [
        ['original, 0.7', { ...orange, init: init(0.7), inpaint: inpaint() }],
        ['noise, 1', { ...orange, init: init(1), inpaint: inpaint({ fill: 'noise' }) }],
        ['fill, 0.9', { ...orange, init: init(0.9), inpaint: inpaint({ fill: 'fill' }) }],
        ['masked area', { ...orange, init: init(0.8), inpaint: inpaint({ area: 'masked' }) }],
        [
          'inverted',
          {
            prompt: 'red apple, 3d style, yellow background',
            init: init(0.9),
            inpaint: inpaint({ invert: true }),
          },
        ],
      ],
      images,
    ),
  },
  {
    title: 'Beyond the edges, half again as large, between seeds',
    tiles: await tiles(
      [
        [
          'outpaint 32 px',
          { prompt: 'blue background', width: 192, height: 192, init: init(1), outpaint: margins },
        ],
        ['hires latent, 0.5', hires(0.5, 'latent')],
        ['hires bicubic, 0.3', hires(0.3, 'latent_bicubic')],
        ['variation 0.3', { variation: { seed: '99', strength: 0.3 } }],
        ['variation 0.7', { variation: { seed: '99', strength: 0.7 } }],
      ],
      images,
    ),
  },
]
await writeFile(join(folder, 'techniques.svg'), drawSheet(techniques, 5))
await engine.close()

/** A white disc on black. */
function disc() {
  const rgb = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    const [x, y] = [(pixel % SIDE) - SIDE / 2, Math.floor(pixel / SIDE) - SIDE / 2]
    return Math.hypot(x, y) < SIDE / 3 ? 255 : 0
  })
  return { rgb, width: SIDE, height: SIDE }
}
