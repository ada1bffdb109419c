import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Absolute path of the demo model's folder. The same from sources and from dist: both lie one level below the package. */
export const demoModelFolder: string = fileURLToPath(new URL('../model', import.meta.url))

/** The things the demo model can draw, e.g. "red apple": for prompt suggestions. In alphabetical order. */
export const demoSubjects = (): string[] =>
  readFileSync(`${demoModelFolder}/subjects.txt`, 'utf8').trimEnd().split('\n')
