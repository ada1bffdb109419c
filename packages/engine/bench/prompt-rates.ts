import type { InstalledModel } from '@reverie/core'
import { createOnnxRuntimeBackend, openPipeline, readTokenizer } from '../src/in-process.ts'
import { parsePrompt } from '../src/prompt/parse-prompt.ts'
import { PROMPT } from './demo-job.ts'
import type { Figure } from './figure.ts'
import { rate } from './measure.ts'

/** As artists write them: weights, editing, a break, more than one window. */
const LONG_PROMPT = `masterpiece, (${PROMPT}:1.2), [studio:night:0.5] light, ((sharp focus)), ${'intricate detail, '.repeat(8)} BREAK wooden table, [green|grey] wall, soft shadows`
const NEGATIVE = 'blurry, (low quality:1.4), jpeg artifacts, watermark, text'
const RUN = { modelCalls: 20, steps: 20 }

/** Prompts a second, of the parts and of all of them together when the embeddings are cached. */
export async function promptRates({ folder }: InstalledModel): Promise<Figure[]> {
  const tokenizer = await readTokenizer(folder)
  const pipeline = await openPipeline({ backend: await createOnnxRuntimeBackend() }, folder)
  const request = { ...RUN, prompt: LONG_PROMPT, negativePrompt: NEGATIVE, isGuided: true }
  const figure = async (name: string, work: () => unknown): Promise<Figure> => ({
    name,
    value: await rate(work),
    unit: '/s',
  })
  try {
    return [
      await figure('short prompts tokenised', () => tokenizer.encodeWindow(PROMPT)),
      await figure('long prompts tokenised', () => tokenizer.encode(LONG_PROMPT)),
      await figure('long prompts parsed', () =>
        parsePrompt(LONG_PROMPT, { syntax: 'a1111', run: RUN, isNegative: false }),
      ),
      await figure('pairs of long prompts conditioned, cached', () =>
        pipeline.text.encode(request, async () => {}),
      ),
    ]
  } finally {
    await pipeline.close()
  }
}
