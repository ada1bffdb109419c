import { ReverieError } from '@reverie/core'

/** ONNX Runtime's execution providers that the engine drives. */
export const PROVIDERS = ['cpu', 'cuda', 'dml', 'coreml', 'webgpu'] as const
export type Provider = (typeof PROVIDERS)[number]

/** One processor that models run on. */
export interface Device {
  readonly provider: Provider
  /** Which of several, as CUDA and DirectML number them; 0 elsewhere. */
  readonly index: number
}

export const CPU: Device = { provider: 'cpu', index: 0 }

/** For processes that drive devices: CUDA otherwise counts the fastest first, and nvidia-smi by PCI bus. */
export const DEVICE_ENV: Readonly<Record<string, string>> = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }

/** Providers whose devices are numbered. */
const NUMBERED: readonly Provider[] = ['cuda', 'dml']
const MAX_INDEX = 63

/** How a device is written on a command line, e.g. "cpu", "cuda:0". */
export const deviceName = ({ provider, index }: Device): string =>
  NUMBERED.includes(provider) ? `${provider}:${index}` : provider

/** Reads "cpu", "cuda", "cuda:1", "dml", "dml:0", "coreml" or "webgpu". @throws ReverieError `invalid_option` */
export function parseDevice(text: string): Device {
  const [name, number = '0', ...rest] = text.split(':')
  const provider = PROVIDERS.find((each) => each === name)
  const index = Number(number)
  const isFine =
    provider !== undefined &&
    rest.length === 0 &&
    /^\d{1,2}$/.test(number) &&
    index <= MAX_INDEX &&
    (NUMBERED.includes(provider) || !text.includes(':'))
  if (isFine) return { provider, index }
  throw new ReverieError(
    'invalid_option',
    `${JSON.stringify(text)} is no device; write cpu, cuda, cuda:1, dml, dml:1, coreml or webgpu`,
    { field: 'device', accepted: 'cpu, cuda[:n], dml[:n], coreml, webgpu' },
  )
}
