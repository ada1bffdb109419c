import { posix } from 'node:path'
import { ReverieError } from '@reverie/core'

const GRAPH = 'model.onnx'
/** Folders of a checkpoint that hold a graph, and the file that says what it is. */
const GRAPH_PARTS = [
  'unet',
  'vae_decoder',
  'vae_encoder',
  'text_encoder',
  'text_encoder_2',
  'taesd_decoder',
  'vae_decoder_taesd',
]
const NEEDED = ['unet/model.onnx', 'vae_decoder/model.onnx', 'scheduler/scheduler_config.json']
/** Each text encoder's tokenizer. */
const TOKENIZERS: Readonly<Record<string, string>> = {
  text_encoder: 'tokenizer',
  text_encoder_2: 'tokenizer_2',
}
const WORDS = ['vocab.json', 'merges.txt']
const TOKENIZER_FILES = [...WORDS, 'tokenizer_config.json', 'special_tokens_map.json']
/** What newer exports have in the place of the two files of words: {@link splitTokenizers} makes those from it. */
export const WORDS_IN_ONE = 'tokenizer.json'

export const isCheckpointFolder = (there: ReadonlySet<string>): boolean =>
  there.has('model_index.json') && there.has(`unet/${GRAPH}`)

/**
 * The graphs and configs of a checkpoint in the layout of diffusers and optimum.
 * @throws ReverieError `model_invalid` where one is missing that the engine cannot do without
 */
export function checkpointFiles(
  there: ReadonlySet<string>,
  where: string,
): { readonly graphs: string[]; readonly configs: string[] } {
  const graphs = GRAPH_PARTS.map((part) => `${part}/${GRAPH}`).filter((path) => there.has(path))
  const encoders = Object.keys(TOKENIZERS).filter((part) => there.has(`${part}/${GRAPH}`))
  const tokenizers = encoders.map((part) => TOKENIZERS[part] ?? part)
  const inOne = tokenizers
    .filter((part) => !WORDS.every((name) => there.has(`${part}/${name}`)))
    .map((part) => `${part}/${WORDS_IN_ONE}`)
  const needed = [
    ...NEEDED,
    ...(encoders.length === 0 ? [`text_encoder/${GRAPH}`] : []),
    ...tokenizers.map((part) => `${part}/tokenizer_config.json`),
    ...inOne,
  ]
  const missing = needed.find((path) => !there.has(path))
  if (missing !== undefined) throw incomplete(where, missing)
  const configs = [
    'model_index.json',
    'scheduler/scheduler_config.json',
    ...tokenizers.flatMap((part) => TOKENIZER_FILES.map((name) => `${part}/${name}`)),
    ...inOne,
    ...graphs.map((path) => posix.join(posix.dirname(path), 'config.json')),
  ]
  return { graphs, configs: configs.filter((path) => there.has(path)) }
}

const incomplete = (where: string, missing: string) =>
  new ReverieError(
    'model_invalid',
    `${where} has a UNet as ONNX but no ${missing}: its export is not complete. Export it again, see models convert-help`,
    { file: missing },
  )
