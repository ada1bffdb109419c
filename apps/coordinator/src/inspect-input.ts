import { decodeInput } from '@reverie/engine/images'
import type { InspectInput } from './http/ports.ts'

/** A picture of the largest size takes 48 MiB while it is read; so many may be under way. */
const AT_ONCE = 4

/**
 * Decodes input pictures completely, a few at a time: what only looks like a picture must not reach a worker.
 */
export function createInputInspector(): InspectInput {
  const line: (() => void)[] = []
  let reading = 0

  return async (file) => {
    if (reading >= AT_ONCE) await new Promise<void>((resolve) => line.push(resolve))
    else reading += 1
    try {
      const { width, height } = await decodeInput(file, { field: 'body' })
      return { width, height }
    } finally {
      const next = line.shift()
      if (next) next()
      else reading -= 1
    }
  }
}
