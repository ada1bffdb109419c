import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { CPU } from '../../../src/runtime/device.ts'
import { probeDevices } from '../../../src/runtime/probe/probe-devices.ts'

const SCRIPT = fileURLToPath(new URL('../../fixtures/bad-driver.ts', import.meta.url))
const badDriver = (what: string) => () =>
  fork(SCRIPT, [what], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })

it('proves the CPU by running a graph on it, and lists what cannot be used with a reason', async () => {
  const reports = await probeDevices()
  const cpu = reports.find(({ device }) => device.provider === 'cpu')
  expect(cpu).toMatchObject({ isUsable: true, memory: expect.any(Number), ms: expect.any(Number) })
  for (const report of reports) {
    if (report.isUsable) continue
    expect(report.reason).not.toBe('')
    expect(report.fix).not.toBe('')
  }
})

it('never takes the CPU for a device of another platform', async () => {
  const devices = (['coreml', 'dml'] as const).map((provider) => ({ provider, index: 0 }))
  const reports = await probeDevices({ devices })
  expect(reports.map(({ device }) => device)).toEqual(devices)
  expect(reports.filter(({ isUsable }) => isUsable).length).toBeLessThan(2)
})

it('outlives a driver that crashes, and says how it ended', async () => {
  const [report] = await probeDevices({ devices: [CPU], fork: badDriver('crash') })
  expect(report).toMatchObject({ isUsable: false, reason: expect.stringMatching(/SIGSEGV|code/) })
})

it('names the library that a driver complained about before it crashed', async () => {
  const [report] = await probeDevices({ devices: [CPU], fork: badDriver('complain') })
  expect(report).toMatchObject({ isUsable: false, reason: 'libcuda.so.1 cannot be loaded' })
})

it('gives up a driver that hangs', async () => {
  const [report] = await probeDevices({
    devices: [CPU],
    fork: badDriver('hang'),
    timeoutMs: 300,
  })
  expect(report).toMatchObject({ isUsable: false, reason: expect.stringContaining('300 ms') })
})

it('does not believe a process that says what no schema knows', async () => {
  const [report] = await probeDevices({ devices: [CPU], fork: badDriver('lie') })
  expect(report).toMatchObject({ isUsable: false })
})
