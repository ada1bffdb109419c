import { dirname, join } from 'node:path'
import { createControlNet } from './control-net.ts'
import { GRAPH, graphBytes } from './graph-files.ts'
import { ControlNetConfig } from './model-configs.ts'
import { readOptionalJson } from './model-files.ts'
import { createModelParts } from './model-parts.ts'
import type { PipelineModules } from './open-pipeline.ts'
import { isThere } from './open-vae.ts'
import type { ControlNet } from './pipeline.ts'

/** A ControlNet that owns a native session: close it. */
export interface OpenControlNet extends ControlNet {
  /** Bytes of its files. */
  readonly bytes: number
  close(): Promise<void>
}

/**
 * Loads a ControlNet: `model.onnx` and `config.json` in the folder itself or in its `controlnet`.
 * @throws ReverieError `model_file_missing`, `model_invalid`, `out_of_memory`
 */
export async function openControlNet(
  { backend, onCall = () => {} }: Omit<PipelineModules, 'logger'>,
  folder: string,
): Promise<OpenControlNet> {
  const inside = join(folder, 'controlnet', GRAPH)
  const file = (await isThere(inside)) ? inside : join(folder, GRAPH)
  const config = await readOptionalJson(dirname(file), 'config.json', ControlNetConfig)
  const parts = createModelParts(backend, folder, onCall)
  try {
    const session = await parts.open('controlnet', file)
    const net = createControlNet(`controlnet/${GRAPH}`, session, config)
    return { ...net, bytes: await graphBytes(file), close: parts.close }
  } catch (error) {
    await parts.close().catch(() => {})
    throw error
  }
}
