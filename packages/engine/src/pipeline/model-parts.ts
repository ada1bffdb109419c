import { join } from 'node:path'
import type { OpenOptions, OrtBackend, OrtSession } from '../runtime/ort-backend.ts'
import { GRAPH } from './graph-files.ts'
import { openGraph } from './open-graph.ts'
import { type ModelCall, type ModelPart, timedSession } from './timed-session.ts'

/** The open graphs of one model: whoever makes this owns their native sessions. */
export interface ModelParts {
  /** @throws ReverieError `model_file_missing`, `model_invalid`, `out_of_memory`, `device_unavailable` */
  open(part: ModelPart, file: string, options?: OpenOptions): Promise<OrtSession>
  /** Gives the memory of all sessions of a part back. */
  release(part: ModelPart): Promise<void>
  close(): Promise<void>
}

export function createModelParts(
  backend: OrtBackend,
  folder: string,
  onCall: (call: ModelCall) => void,
): ModelParts {
  const sessions: { readonly part: ModelPart; readonly session: OrtSession }[] = []
  const releaseAll = async (isMeant: (part: ModelPart) => boolean) => {
    const meant = sessions.filter(({ part }) => isMeant(part))
    const others = sessions.filter(({ part }) => !isMeant(part))
    sessions.splice(0, sessions.length, ...others)
    const releasing = await Promise.allSettled(meant.map(({ session }) => session.release()))
    const failed = releasing.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
  return {
    async open(part, file, options) {
      const place = { file, folder, path: `${part}/${GRAPH}` }
      const session = await openGraph(backend, place, options)
      sessions.push({ part, session })
      return timedSession(part, session, onCall)
    },
    release: (part) => releaseAll((each) => each === part),
    close: () => releaseAll(() => true),
  }
}

/** Where a part's graph lies in a model folder. */
export const graphOf = (folder: string, part: ModelPart): string => join(folder, part, GRAPH)
