import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { demoModelFolder, demoSubjects } from '../src/index.ts'

describe('the demo model', () => {
  it('lies in an absolute folder with a manifest', () => {
    expect(isAbsolute(demoModelFolder)).toBe(true)
    expect(existsSync(join(demoModelFolder, 'manifest.json'))).toBe(true)
  })

  it('names 256 different subjects in alphabetical order', () => {
    const subjects = demoSubjects()
    expect(new Set(subjects).size).toBe(256)
    expect(subjects.toSorted()).toEqual(subjects)
    expect(subjects).toContain('red apple')
    expect(subjects.every((subject) => /^[a-z]+( [a-z]+)*$/.test(subject))).toBe(true)
  })
})
