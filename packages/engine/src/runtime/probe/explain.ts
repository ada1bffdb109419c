import type { Provider } from '../device.ts'

/** Why a device cannot be used, and what to do about it. */
export interface Explanation {
  /** One sentence, with the exact name of what is missing. */
  readonly reason: string
  readonly fix: string
}

const GET_CUDA =
  'fetch the CUDA files of the runtime (about 300 MB, not from npm): ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js in '
const LIBRARY_PATH =
  'and put its folder into LD_LIBRARY_PATH (PATH on Windows) before the worker starts'

/** Libraries that providers load, and what brings them. The first that fits counts. */
const LIBRARIES: readonly (readonly [RegExp, string])[] = [
  [/onnxruntime_providers_/, GET_CUDA],
  [/cudnn/, `install cuDNN 9 for CUDA 12 ${LIBRARY_PATH}`],
  [
    /cublas|cufft|curand|cudart|nvrtc|nvJitLink/,
    `install the CUDA 12 runtime libraries (CUDA 13 does not do) ${LIBRARY_PATH}`,
  ],
  [/libcuda\.so|nvcuda/, 'install the NVIDIA driver; in a container, start it with --gpus all'],
  [/vulkan/, 'install the Vulkan loader (libvulkan1 or vulkan-loader) and the driver of the GPU'],
  [/DirectML|dxil|dxcompiler/i, 'install the packages again: the file ships with them'],
]

/** What else providers say, where no library is named. */
const SENTENCES: readonly (readonly [RegExp, Explanation])[] = [
  [
    /CUDA (?:failure|error) 35\b|driver version is insufficient/i,
    { reason: 'the NVIDIA driver is older than CUDA 12 needs', fix: 'update it to 525 or newer' },
  ],
  [
    /CUDA (?:failure|error) 100\b|no CUDA-capable device/i,
    {
      reason: 'CUDA sees no GPU',
      fix: 'check `nvidia-smi`; in a container, start it with --gpus all',
    },
  ],
  [
    /CUDA (?:failure|error) 101\b|invalid device ordinal/i,
    {
      reason: 'there is no CUDA device of this number',
      fix: 'see `nvidia-smi -L` for those there',
    },
  ],
  [
    /no supported adapters|WebGPU adapter/i,
    {
      reason: 'WebGPU finds no adapter: no GPU, or none with a driver for it',
      fix: 'install the Vulkan driver of the GPU (mesa-vulkan-drivers or the vendor’s)',
    },
  ],
  [
    /out of memory|failed to allocate/i,
    { reason: 'the device has no free memory', fix: 'close other programs that use it' },
  ],
]

/** Where a provider exists at all. */
const PLATFORMS: Readonly<Record<Provider, string>> = {
  cpu: 'every platform',
  cuda: 'Linux x64',
  dml: 'Windows',
  coreml: 'macOS on Apple silicon',
  webgpu: 'Linux x64, Windows and macOS on Apple silicon',
}

const NAME = String.raw`([\w.+-]+\.(?:so[.\d]*|dylib|dll))`
/** How loaders on Linux, Windows and macOS name the library that is not there; then a loader that names only what it tried. */
const MISSING_LIBRARY: readonly RegExp[] = [
  new RegExp(`${NAME}: cannot open shared object file`),
  new RegExp(`depends on "${NAME}" which is missing`),
  new RegExp(`Library not loaded: \\S*?${NAME}`),
  new RegExp(`(?:Couldn't load|Failed to load|error loading)[^\\n]{0,200}?${NAME}`, 'i'),
]

/**
 * Reads what a provider said, on stderr too: the exception often names nothing.
 * @param said everything, newest last
 */
export function explainFailure(provider: Provider, said: string): Explanation {
  if (/backend not found/.test(said)) {
    return {
      reason: `the runtime has no ${provider} here; it exists on ${PLATFORMS[provider]}`,
      fix: 'use another device',
    }
  }
  const [library] = MISSING_LIBRARY.flatMap((words) => words.exec(said)?.[1] ?? [])
  if (library !== undefined) {
    const known = LIBRARIES.find(([name]) => name.test(library))
    const fix = known?.[1] ?? `install what has ${library} ${LIBRARY_PATH}`
    return {
      reason: `${library} cannot be loaded`,
      fix: fix === GET_CUDA ? `${GET_CUDA}${runtimeFolder(said)}` : fix,
    }
  }
  const sentence = SENTENCES.find(([words]) => words.test(said))
  if (sentence !== undefined) return sentence[1]
  const last = said.trim().split('\n').at(-1)?.slice(0, 300) || 'it said nothing'
  return { reason: last, fix: 'update the driver of the device' }
}

/** Where the runtime is installed, as its own messages say. */
const runtimeFolder = (said: string): string =>
  /(\S*[\\/]onnxruntime-node)[\\/]bin[\\/]/.exec(said)?.[1] ?? 'the folder of onnxruntime-node'
