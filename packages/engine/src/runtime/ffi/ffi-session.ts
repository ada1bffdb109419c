import { ReverieError } from '@reverie/core'
import type { OrtSession, Tensor } from '../ort-backend.ts'
import { ortFailure } from '../ort-failure.ts'
import type { Address, OrtApi } from './ort-api.ts'
import { ELEMENT_TYPES, readOne, readSpecs } from './read-specs.ts'

/** A session that runs on a thread of its own, and whose call can be interrupted. */
export interface FfiSession extends OrtSession {
  /** Makes the call under way fail within milliseconds. */
  interrupt(): void
}

/**
 * @param session owned from now on
 * @param memory the CPU's memory information
 */
export function createFfiSession(api: OrtApi, session: Address, memory: Address): FfiSession {
  const inputs = readSpecs(api, session, 'Input')
  const outputs = readSpecs(api, session, 'Output')
  const types = new Map([...inputs, ...outputs].map(({ name, type }) => [name, type]))
  const options = readOne(api, (into) => api.call('CreateRunOptions', into))
  let isRunning = false
  let isReleased = false

  /** A native tensor over the array's own bytes. */
  const tensorValue = (name: string, { data, dims }: Tensor): Address => {
    const isBool = data instanceof Uint8Array && types.get(name) === 'bool'
    const shape = BigInt64Array.from([...dims, 0], BigInt)
    return readOne(api, (into) =>
      api.call(
        'CreateTensorWithDataAsOrtValue',
        memory,
        api.addressOf(data),
        data.byteLength,
        api.addressOf(shape),
        dims.length,
        ELEMENT_TYPES.indexOf(isBool ? 'bool' : elementType(data)),
        into,
      ),
    )
  }

  return {
    inputs,
    outputs,
    async run(given, wanted) {
      if (isRunning || isReleased) {
        throw new ReverieError('internal', 'a session was called while it ran or after its release')
      }
      isRunning = true
      const values: Address[] = []
      const arrange = (tensors: Readonly<Record<string, Tensor>>) => {
        const names = Object.keys(tensors).map((name) => Buffer.from(`${name}\0`))
        const made = Object.entries(tensors).map(([name, tensor]) => {
          const value = tensorValue(name, tensor)
          values.push(value)
          return value
        })
        return {
          names,
          nameTable: BigUint64Array.from(names, (name) => api.addressOf(name)),
          valueTable: BigUint64Array.from(made),
        }
      }
      // Everything that the native side points to is held here until it is done.
      const held: unknown[] = [given, wanted]
      try {
        const [feeds, fetches] = [arrange(given), arrange(wanted)]
        held.push(feeds, fetches)
        await api.callAsync(
          'Run',
          session,
          options,
          api.addressOf(feeds.nameTable),
          api.addressOf(feeds.valueTable),
          feeds.names.length,
          api.addressOf(fetches.nameTable),
          fetches.names.length,
          api.addressOf(fetches.valueTable),
        )
      } catch (cause) {
        throw ortFailure(cause, 'engine_failed', 'a model call failed')
      } finally {
        for (const value of values) api.release('ReleaseValue', value)
        held.length = 0
        api.call('RunOptionsUnsetTerminate', options)
        isRunning = false
      }
    },
    interrupt: () => {
      if (isRunning) api.call('RunOptionsSetTerminate', options)
    },
    async release() {
      if (isReleased) return
      if (isRunning) throw new ReverieError('internal', 'a session was released while it ran')
      isReleased = true
      api.release('ReleaseRunOptions', options)
      api.release('ReleaseSession', session)
    },
  }
}

function elementType(data: Tensor['data']): string {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Uint16Array) return 'float16'
  if (data instanceof Int32Array) return 'int32'
  return data instanceof Uint8Array ? 'uint8' : 'int64'
}
