import type { ModelManifest } from '@reverie/core'

/** What fields of a manifest say against each other, in words; undefined when they agree. */
export function inconsistency({ files, size, steps, defaults }: ModelManifest): string | undefined {
  const paths = files.map(({ path }) => path)
  const twice = paths.find((path, i) => paths.indexOf(path) !== i)
  if (twice) return `${twice} is listed twice`
  if (size.min > size.max) return `size.min ${size.min} is above size.max ${size.max}`
  for (const side of [defaults.width, defaults.height]) {
    if (side < size.min || side > size.max || side % size.step !== 0) {
      return `the default side ${side} is not a multiple of ${size.step} from ${size.min} to ${size.max}`
    }
  }
  if (steps.min < 1 || steps.min > steps.max)
    return `steps ${steps.min} to ${steps.max} is no range`
  if (defaults.steps < steps.min || defaults.steps > steps.max) {
    return `the default of ${defaults.steps} steps is outside ${steps.min} to ${steps.max}`
  }
  return undefined
}
