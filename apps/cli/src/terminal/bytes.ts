const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']
const STEP = 1_000

/** e.g. "13.4 MB": decimal units, as disks are sold. */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
