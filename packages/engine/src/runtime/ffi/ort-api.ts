import { ReverieError } from '@reverie/core'
import { findLibrary } from './library.ts'

/** An address in this process. */
export type Address = bigint
/** What a native function takes: addresses, sizes, texts that it copies. */
type Argument = Address | number | string
/** A function of the C API, on this thread or on one of its own. */
interface NativeFunction {
  (...args: Argument[]): Address | null
  async(...args: [...Argument[], (error: unknown, status: Address | null) => void]): void
}

/**
 * Functions of ONNX Runtime's C API by their place in its table, and what they take. The table is only ever appended to,
 * see onnxruntime_c_api.h; `p` is a pointer, `i` an int, `z` a size, `s` a text that is copied.
 */
const FUNCTIONS = {
  CreateEnv: [3, 'isp'],
  CreateSession: [7, 'pppp'],
  Run: [9, 'ppppzpzp'],
  CreateSessionOptions: [10, 'p'],
  SetSessionExecutionMode: [13, 'pi'],
  DisableMemPattern: [17, 'p'],
  EnableCpuMemArena: [18, 'p'],
  SetSessionLogSeverityLevel: [22, 'pi'],
  SetSessionGraphOptimizationLevel: [23, 'pi'],
  SetIntraOpNumThreads: [24, 'pi'],
  SetInterOpNumThreads: [25, 'pi'],
  SessionGetInputCount: [30, 'pp'],
  SessionGetOutputCount: [31, 'pp'],
  SessionGetInputTypeInfo: [33, 'pzp'],
  SessionGetOutputTypeInfo: [34, 'pzp'],
  SessionGetInputName: [36, 'pzpp'],
  SessionGetOutputName: [37, 'pzpp'],
  CreateRunOptions: [39, 'p'],
  RunOptionsSetTerminate: [46, 'p'],
  RunOptionsUnsetTerminate: [47, 'p'],
  CreateTensorWithDataAsOrtValue: [49, 'ppzpzip'],
  CastTypeInfoToTensorInfo: [55, 'pp'],
  GetTensorElementType: [60, 'pp'],
  GetDimensionsCount: [61, 'pp'],
  GetDimensions: [62, 'ppz'],
  GetSymbolicDimensions: [63, 'ppz'],
  CreateCpuMemoryInfo: [69, 'iip'],
  AllocatorFree: [76, 'pp'],
  GetAllocatorWithDefaultOptions: [78, 'p'],
  AddSessionConfigEntry: [130, 'pss'],
} as const

const RELEASES = {
  ReleaseStatus: 93,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseRunOptions: 97,
  ReleaseTypeInfo: 98,
  ReleaseSessionOptions: 100,
} as const

type Name = keyof typeof FUNCTIONS
type Release = keyof typeof RELEASES

/** ONNX Runtime's C API, loaded from the library that onnxruntime-node ships. */
export interface OrtApi {
  readonly version: string
  /** @throws Error with the runtime's own words */
  call(name: Name, ...args: Argument[]): void
  /** The same on a thread of its own. What `args` point to must stay alive until it settles. */
  callAsync(name: Name, ...args: Argument[]): Promise<void>
  release(name: Release, address: Address): void
  /** Where an array's bytes are. They stay there as long as the array lives. */
  addressOf(array: NodeJS.TypedArray): Address
  /** The NUL-terminated text at an address; empty for none. */
  textAt(address: Address): string
}

/** Types of koffi for the letters above. */
const TYPES: Readonly<Record<string, string>> = { p: 'void *', i: 'int', z: 'size_t', s: 'str' }
const POINTER_BYTES = 8
/** Places of the two functions that read a status. */
const GET_ERROR_MESSAGE = 2

/**
 * @throws ReverieError `engine_failed` when the library cannot be loaded or speaks another version of the API than its
 * package says
 */
export async function loadOrtApi(): Promise<OrtApi> {
  const { file, version } = findLibrary()
  try {
    const { default: koffi } = await import('koffi')
    const base = koffi.load(file).func('OrtGetApiBase', 'void *', [])()
    const at = (table: Address, place: number, result: string, takes: string): NativeFunction => {
      const types = [...takes].map((letter) => TYPES[letter] ?? letter)
      return koffi.decode(
        koffi.decode(table, place * POINTER_BYTES, 'void *'),
        koffi.proto(result, types),
      )
    }
    const said = String(at(base, 1, 'str', '')())
    if (said !== version) throw new Error(`it is version ${said}, not ${version}`)
    // The API is numbered by the minor version.
    const api = at(base, 0, 'void *', 'i')(Number(version.split('.')[1]))
    if (api === null) throw new Error('it does not have the API of its version')

    const messageOf = at(api, GET_ERROR_MESSAGE, 'str', 'p')
    const functions = new Map(
      Object.entries(FUNCTIONS).map(([name, [place, takes]]) => [
        name,
        at(api, place, 'void *', takes),
      ]),
    )
    const releases = new Map(
      Object.entries(RELEASES).map(([name, place]) => [name, at(api, place, 'void', 'p')]),
    )
    const find = (name: string): NativeFunction => {
      const found = functions.get(name) ?? releases.get(name)
      if (found === undefined) throw new ReverieError('internal', `no native function ${name}`)
      return found
    }
    const check = (status: Address | null) => {
      if (status === null) return
      const message = String(messageOf(status))
      find('ReleaseStatus')(status)
      throw new Error(message)
    }
    return {
      version,
      call: (name, ...args) => check(find(name)(...args)),
      async callAsync(name, ...args) {
        const { promise, resolve, reject } = Promise.withResolvers<Address | null>()
        find(name).async(...args, (error, status) => (error ? reject(error) : resolve(status)))
        check(await promise)
      },
      release: (name, address) => void find(name)(address),
      addressOf: (array) => koffi.address(array),
      textAt: (address) => (address === 0n ? '' : koffi.decode.string(address)),
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ReverieError(
      'engine_failed',
      `${file} cannot be driven directly: ${why}; leave out --ort ffi`,
      { file },
      { cause },
    )
  }
}
