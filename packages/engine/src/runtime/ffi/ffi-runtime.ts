import { availableParallelism } from 'node:os'
import { ReverieError } from '@reverie/core'
import type { OrtBackend } from '../ort-backend.ts'
import { ortFailure } from '../ort-failure.ts'
import { createFfiSession, type FfiSession } from './ffi-session.ts'
import { type Address, loadOrtApi, type OrtApi } from './ort-api.ts'
import { readOne } from './read-specs.ts'

/** Warnings and worse, as onnxruntime-node is told too. */
const LOG_ERRORS = 3
const OPTIMIZE_ALL = 99
const SEQUENTIAL = 0
const ARENA = 1
const DEFAULT_MEMORY = 0

/**
 * Drives the CPU provider of the library that onnxruntime-node ships through its C API: the same kernels and the same
 * bits, but a call runs on a thread of its own and can be interrupted.
 * @param options.threads inside one operator. @defaultValue the cores this process may use
 * @throws ReverieError `engine_failed` when the library cannot be driven
 */
export async function createFfiBackend(
  options: { readonly threads?: number | undefined } = {},
): Promise<OrtBackend> {
  const api = await loadOrtApi()
  const env = readOne(api, (into) => api.call('CreateEnv', LOG_ERRORS, 'reverie', into))
  const memory = readOne(api, (into) =>
    api.call('CreateCpuMemoryInfo', ARENA, DEFAULT_MEMORY, into),
  )
  const sessions = new Set<FfiSession>()

  return {
    // The same library: pictures of either way are of one class.
    runtime: `onnxruntime-node/${api.version}`,
    provider: 'cpu',
    async open(file, { provider = 'cpu' } = {}) {
      if (provider !== 'cpu') {
        throw new ReverieError(
          'device_unavailable',
          `${provider} cannot be driven with --ort ffi; leave that out`,
        )
      }
      const settings = sessionSettings(api, options.threads ?? availableParallelism())
      try {
        const path = Buffer.from(`${file}\0`, process.platform === 'win32' ? 'utf16le' : 'utf8')
        const cell = new BigUint64Array(1)
        const [at, into] = [api.addressOf(path), api.addressOf(cell)]
        await api.callAsync('CreateSession', env, at, settings, into)
        const session = createFfiSession(api, cell[0] ?? 0n, memory)
        sessions.add(session)
        return {
          ...session,
          release: () => {
            sessions.delete(session)
            return session.release()
          },
        }
      } catch (cause) {
        throw ortFailure(cause, 'model_invalid', `${file} cannot be loaded`)
      } finally {
        api.release('ReleaseSessionOptions', settings)
      }
    },
    interrupt: () => {
      for (const session of sessions) session.interrupt()
    },
  }
}

/** The same settings as session-options.ts gives onnxruntime-node. */
function sessionSettings(api: OrtApi, threads: number): Address {
  const settings = readOne(api, (into) => api.call('CreateSessionOptions', into))
  api.call('SetSessionGraphOptimizationLevel', settings, OPTIMIZE_ALL)
  api.call('SetIntraOpNumThreads', settings, threads)
  api.call('SetInterOpNumThreads', settings, 1)
  api.call('SetSessionExecutionMode', settings, SEQUENTIAL)
  api.call('EnableCpuMemArena', settings)
  api.call('DisableMemPattern', settings)
  api.call('SetSessionLogSeverityLevel', settings, LOG_ERRORS)
  api.call('AddSessionConfigEntry', settings, 'session.intra_op.allow_spinning', '0')
  return settings
}
