import { isReverieError } from '@reverie/core'
import { findPictureFormat } from '@reverie/trust'
import { readPngText } from '@reverie/trust/png'
import { parseSettings } from './a1111/parse-settings.ts'
import { parseComfyui } from './comfyui/parse-comfyui.ts'
import type { ReadSettings } from './settings.ts'

/** ComfyUI's PNG text with the graph that was executed. */
const COMFYUI_KEYWORD = 'prompt'

/**
 * How a picture says it was made, from its file alone: AUTOMATIC1111's settings of a PNG, WebP or JPEG (also Forge's,
 * InvokeAI's where it writes them, and ours), or ComfyUI's graph of a PNG. It is what the file claims, unsigned.
 * Undefined when the file is no picture of these kinds, is damaged, or says nothing.
 */
export function readSettings(file: Uint8Array): ReadSettings | undefined {
  const format = findPictureFormat(file)
  if (format === undefined) return undefined
  try {
    const text = format.settings(file)
    const settings = text === undefined ? undefined : parseSettings(text)
    if (settings !== undefined || format.name !== 'png') return settings
    const graph = readPngText(file).find(({ keyword }) => keyword === COMFYUI_KEYWORD)
    return graph && parseComfyui(graph.text)
  } catch (error) {
    if (isReverieError(error)) return undefined
    throw error
  }
}
