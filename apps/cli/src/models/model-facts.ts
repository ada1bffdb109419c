import { featuresOf, kindOf, type ModelManifest } from '@reverie/core'

/** What commands say about a model on this machine. */
export interface ModelFacts {
  readonly name: string
  readonly title: string
  readonly kind: string
  /** "any" for what goes with every family. */
  readonly family: string
  readonly features: readonly string[]
  readonly precision: string
  readonly bytes: number
  readonly licence: string
  readonly cid: string
  readonly folder: string
}

const OF_NO_FAMILY = new Set(['upscaler', 'face_restorer', 'safety_checker'])

export const bytesOf = ({ files }: Pick<ModelManifest, 'files'>): number =>
  files.reduce((sum, { size }) => sum + size, 0)

export const familyText = (manifest: Pick<ModelManifest, 'kind' | 'family'>): string =>
  OF_NO_FAMILY.has(kindOf(manifest)) ? 'any' : manifest.family

export function modelFacts({
  manifest,
  cid,
  folder,
}: {
  readonly manifest: ModelManifest
  readonly cid: string
  readonly folder: string
}): ModelFacts {
  const kind = kindOf(manifest)
  const { name, title, precision, licence } = manifest
  return {
    name,
    title,
    kind,
    family: familyText(manifest),
    features: kind === 'checkpoint' ? featuresOf(manifest) : [],
    precision,
    bytes: bytesOf(manifest),
    licence,
    cid,
    folder,
  }
}
