import type { Device, DeviceReport } from '@reverie/engine'
import { buildManifestCid, buildModelManifest, createRecordingLogger } from '@reverie/testkit'
import { expect, it } from 'vitest'
import { chooseDevices, offeredPixels, profileDevice } from '../src/device.ts'

const CPU: Device = { provider: 'cpu', index: 0 }
const CUDA: Device = { provider: 'cuda', index: 0 }
const WEBGPU: Device = { provider: 'webgpu', index: 0 }

const works = (device: Device, ms: number, memory?: number) =>
  ({ device, isUsable: true, name: `the ${device.provider}`, memory, ms }) as const
const fails = (device: Device) =>
  ({ device, isUsable: false, reason: 'libx.so is missing', fix: 'install x' }) as const

const choose = (wanted: 'auto' | readonly Device[], reports: readonly DeviceReport[]) =>
  chooseDevices(wanted, createRecordingLogger(), async () => [...reports])

it('takes the GPU that works where it is faster than the CPU', async () => {
  const [chosen] = await choose('auto', [works(CUDA, 1), works(WEBGPU, 0.5), works(CPU, 10)])
  expect(chosen?.device).toEqual(CUDA)
})

it('takes the CPU where a GPU is slower: its driver computes on the CPU', async () => {
  const [chosen] = await choose('auto', [fails(CUDA), works(WEBGPU, 50), works(CPU, 10)])
  expect(chosen?.device).toEqual(CPU)
})

it('tells which device was chosen', async () => {
  const logger = createRecordingLogger()
  await chooseDevices('auto', logger, async () => [fails(CUDA), works(CPU, 10)])
  expect(logger.lines).toContainEqual({
    level: 'info',
    message: 'devices chosen',
    fields: { devices: ['cpu'] },
  })
})

it('never takes the CPU for a device that was asked for', async () => {
  await expect(choose([CUDA], [fails(CUDA)])).rejects.toMatchObject({
    code: 'device_unavailable',
    message: 'cuda:0 cannot be used: libx.so is missing; install x',
  })
  await expect(choose([CPU, CUDA], [works(CPU, 1), fails(CUDA)])).rejects.toMatchObject({
    code: 'device_unavailable',
  })
})

it('takes every device that was asked for', async () => {
  const second = { provider: 'cuda', index: 1 } as const
  const chosen = await choose([CUDA, second], [works(CUDA, 1), works(second, 1)])
  expect(chosen.map(({ device }) => device)).toEqual([CUDA, second])
})

it('says so when not even the CPU works', async () => {
  await expect(choose('auto', [fails(CPU)])).rejects.toMatchObject({ code: 'device_unavailable' })
})

it('describes several devices by their names and the smallest memory', () => {
  expect(profileDevice([works(CUDA, 1, 8e9), works(CUDA, 1, 6e9)])).toEqual({
    kind: 'gpu',
    name: '2 x the cuda',
    memory: 6e9,
  })
})

it('offers what has passed, and the default size of what has not drawn yet', () => {
  const manifest = buildModelManifest()
  const { width, height } = manifest.defaults
  const [proven, fresh] = [buildManifestCid(1), buildManifestCid(2)]
  const models = [proven, fresh].map((cid) => ({ cid, manifest, folder: '/x' }))
  const engine = { proven: (cid: string) => (cid === proven ? 64 : undefined) }
  expect(offeredPixels(engine, models)).toBe(width * height)
  expect(offeredPixels(engine, models.slice(0, 1))).toBe(64)
})
