import { join } from 'node:path'
import { type ModelManifest, ReverieError } from '@reverie/core'
import { checkManifest } from '../check-manifest.ts'
import type { FileHash } from '../download/download-files.ts'
import type { Choice } from './choose-files.ts'
import { describeAdapter } from './describe-adapter.ts'
import { describeCheckpoint } from './describe-checkpoint.ts'
import { describeCompanion, FACE_DETECTOR } from './describe-companion.ts'
import type { ModelTraits, StatedTraits } from './traits.ts'

/** What is said about a model by whoever installs it. */
export interface StatedModel extends StatedTraits {
  readonly name: string
  readonly title: string
  readonly licence: string
}

/** Files that hold no weights. */
const NO_WEIGHTS = /\.(?:json|txt)$/

/**
 * Makes the manifest of files that lie in `folder`: what they are is read from them, what is said goes first.
 * @throws ReverieError `model_invalid`, `invalid_option` where something has to be said
 */
export async function makeManifest(
  folder: string,
  form: Choice['form'],
  files: readonly FileHash[],
  stated: StatedModel,
): Promise<ModelManifest> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const bytes = sorted.reduce((sum, { path, size }) => sum + (NO_WEIGHTS.test(path) ? 0 : size), 0)
  const { features, kind, ...traits } = await describe(folder, form, sorted, stated, bytes)
  return checkManifest({
    v: 1,
    name: stated.name,
    title: stated.title.slice(0, 200),
    licence: stated.licence,
    ...traits,
    ...(kind === 'checkpoint' ? { features } : { kind }),
    files: sorted,
  })
}

async function describe(
  folder: string,
  form: Choice['form'],
  files: readonly FileHash[],
  stated: StatedModel,
  bytes: number,
): Promise<ModelTraits> {
  const [first] = files
  if (form === 'adapter' && first !== undefined) {
    requireKind(stated, ['lora', 'embedding'])
    return describeAdapter(join(folder, first.path), first.path, stated, bytes)
  }
  if (form === 'companion') {
    requireKind(stated, ['controlnet', 'upscaler', 'face_restorer', 'safety_checker'])
    const hasDetector = files.some(({ path }) => path === FACE_DETECTOR)
    return describeCompanion(folder, stated, bytes, hasDetector)
  }
  requireKind(stated, ['checkpoint'])
  const found = await describeCheckpoint(folder, `${stated.title} ${stated.name}`, bytes)
  return { ...found, family: stated.family ?? found.family }
}

function requireKind({ kind }: StatedTraits, accepted: readonly string[]): void {
  if (kind === undefined || accepted.includes(kind)) return
  throw new ReverieError(
    'invalid_option',
    `these files are no ${kind}; they could be: ${accepted.join(', ')}`,
    { field: 'kind', accepted: accepted.join(', ') },
  )
}
