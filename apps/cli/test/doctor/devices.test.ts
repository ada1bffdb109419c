import { expect, it } from 'vitest'
import { checkDevices } from '../../src/doctor/devices.ts'

const CPU = { provider: 'cpu', index: 0 } as const
const CUDA = { provider: 'cuda', index: 1 } as const
const broken = {
  isUsable: false,
  reason: 'libcudnn.so.9 cannot be loaded',
  fix: 'install cuDNN 9',
} as const

it('shows what works with its memory, and of the rest why not and what to do', async () => {
  const findings = await checkDevices(async () => [
    { device: CUDA, ...broken },
    { device: CPU, isUsable: true, name: 'A CPU', memory: 4e9, ms: 12.34 },
  ])
  expect(findings).toEqual([
    {
      name: 'device cuda:1',
      status: 'note',
      text: 'not usable: libcudnn.so.9 cannot be loaded',
      fix: 'install cuDNN 9',
    },
    expect.objectContaining({
      name: 'device cpu',
      status: 'ok',
      text: expect.stringMatching(/A CPU, .+ for renders; .*12\.3 ms/),
    }),
  ])
})

it('calls only a CPU that does not work a problem', async () => {
  const [finding] = await checkDevices(async () => [{ device: CPU, ...broken }])
  expect(finding?.status).toBe('problem')
})
