import { type DeviceReport, deviceName, probeDevices } from '@reverie/engine'
import { bytesText } from '../terminal/bytes.ts'
import { type Finding, note, ok, problem } from './finding.ts'

/** Every device that could be here, each proven by running a small graph on it. Without a GPU the CPU is enough. */
export async function checkDevices(
  probe: () => Promise<DeviceReport[]> = probeDevices,
): Promise<Finding[]> {
  return (await probe()).map((report) => {
    const name = `device ${deviceName(report.device)}`
    if (report.isUsable) {
      const memory = report.memory === undefined ? '' : `, ${bytesText(report.memory)} for renders`
      return ok(name, `${report.name}${memory}; the test graph took ${report.ms.toFixed(1)} ms`)
    }
    const isCpu = report.device.provider === 'cpu'
    return (isCpu ? problem : note)(name, `not usable: ${report.reason}`, report.fix)
  })
}
