import { writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import type { FileHash } from '../download/download-files.ts'
import { hashFile } from '../hash-file.ts'
import { WORDS_IN_ONE } from './checkpoint-files.ts'
import { readModelJson } from './model-json.ts'

/** CLIP's vocabulary of 49,408 words takes 2 to 4 MB with its merges. */
const MAX_BYTES = 16 * 1024 * 1024
const Word = z.string().check(z.minLength(1), z.maxLength(500), z.regex(/^\S+$/))

/** A tokenizer of huggingface/tokenizers. Merges are "a b" in older files, ["a", "b"] in newer ones. */
const Tokenizer = z.object({
  model: z.optional(
    z.object({
      type: z.optional(z.string()),
      vocab: z.record(z.string(), z.int()),
      merges: z.array(
        z.union([
          z.string().check(z.maxLength(1_001), z.regex(/^\S+ \S+$/)),
          z.tuple([Word, Word]),
        ]),
      ),
    }),
  ),
})

/**
 * Makes vocab.json and merges.txt, which the engine reads, of every tokenizer.json among the files; the newest exports
 * have nothing else. Resolves with the files as they are then.
 * @throws ReverieError `model_invalid` for a tokenizer that is not CLIP's kind
 */
export async function splitTokenizers(
  folder: string,
  files: readonly FileHash[],
): Promise<FileHash[]> {
  const made: FileHash[] = []
  for (const file of files) {
    if (posix.basename(file.path) !== WORDS_IN_ONE) made.push(file)
    else made.push(...(await split(folder, file.path)))
  }
  return made
}

async function split(folder: string, path: string): Promise<FileHash[]> {
  const { model } = await readModelJson(folder, path, Tokenizer, MAX_BYTES)
  if (model === undefined || (model.type ?? 'BPE') !== 'BPE') {
    throw new ReverieError(
      'model_invalid',
      `${path} is a ${model?.type ?? 'strange'} tokenizer; the engine reads CLIP's, which are BPE`,
      { file: path, accepted: 'BPE' },
    )
  }
  const pairs = model.merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' ')))
  const texts = {
    'vocab.json': JSON.stringify(model.vocab),
    'merges.txt': `#version: 0.2\n${pairs.join('\n')}\n`,
  }
  const made: FileHash[] = []
  for (const [name, text] of Object.entries(texts)) {
    const inside = posix.join(posix.dirname(path), name)
    const target = join(folder, inside)
    await writeFile(target, text, { flush: true })
    made.push({ path: inside, ...(await hashFile(target)) })
  }
  return made
}
