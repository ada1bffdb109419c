import { join } from 'node:path'
import { type ModelFamily, type ModelKind, ReverieError } from '@reverie/core'
import { UnetConfig } from './checkpoint-configs.ts'
import { companionTraits } from './companion-traits.ts'
import { familyOfWidth } from './detect-family.ts'
import { type GraphFacts, readGraphFacts } from './graph-facts.ts'
import { readModelJson } from './model-json.ts'
import type { ModelTraits, StatedTraits } from './traits.ts'
import { precisionOf } from './weights.ts'

/** Where a face restorer's detector lies. */
export const FACE_DETECTOR = 'detector/model.onnx'

/** A graph that works on or beside a checkpoint. Upscalers and face restorers go with every family; theirs is a formality. */
const ANY_FAMILY: ModelFamily = 'sd1'

/**
 * Tells what a folder with one graph is: ControlNet, upscaler, face restorer or safety checker.
 * @throws ReverieError `model_invalid`; `invalid_option` where a ControlNet does not say its family
 */
export async function describeCompanion(
  folder: string,
  stated: StatedTraits,
  bytes: number,
  hasDetector: boolean,
): Promise<ModelTraits> {
  const facts = await readGraphFacts(join(folder, 'model.onnx'), 'model.onnx')
  const kind = stated.kind ?? kindOf(facts, hasDetector)
  if (kind === undefined) {
    throw new ReverieError(
      'invalid_option',
      `model.onnx takes ${facts.inputs.map(({ name }) => name).join(', ') || 'nothing'} and could be several things; say which with --kind`,
      { field: 'kind', accepted: 'controlnet, upscaler, face_restorer, safety_checker' },
    )
  }
  const family = stated.family ?? (await familyOf(folder, kind, facts))
  return companionTraits(kind, family, precisionOf(facts), bytes)
}

function kindOf({ inputs }: GraphFacts, hasDetector: boolean): ModelKind | undefined {
  const names = inputs.map(({ name }) => name)
  if (names.includes('controlnet_cond')) return 'controlnet'
  if (names.includes('clip_input')) return 'safety_checker'
  const [input] = inputs
  const [, channels, height, width] = input?.dims ?? []
  if (inputs.length !== 1 || channels !== 3) return undefined
  if (hasDetector) return 'face_restorer'
  // Restorers take aligned faces of 512 x 512 only; upscalers leave the size free.
  return height === undefined && width === undefined ? 'upscaler' : undefined
}

async function familyOf(folder: string, kind: ModelKind, facts: GraphFacts): Promise<ModelFamily> {
  if (kind !== 'controlnet') return ANY_FAMILY
  const { cross_attention_dim: dim } = await readModelJson(folder, 'config.json', UnetConfig)
  const config = Array.isArray(dim) ? dim[0] : dim
  const text = facts.inputs.find(({ name }) => name === 'encoder_hidden_states')?.dims[2]
  const family = familyOfWidth(text) ?? familyOfWidth(config ?? undefined)
  if (family !== undefined) return family
  throw new ReverieError(
    'invalid_option',
    `this ControlNet takes texts of ${text ?? config ?? 'an unknown'} width, which no family has; say the family with --family`,
    { field: 'family', accepted: 'sd1, sd2, sdxl' },
  )
}
