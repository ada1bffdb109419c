import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const { nodeProblem } = await import(resolve(import.meta.dirname, '../bootstrap/node-version.mjs'))

describe('nodeProblem', () => {
  it.each(['20.0.0', '22.11.0', '24.21.0', '100.0.0'])('has nothing against Node %s', (version) => {
    expect(nodeProblem(version)).toBeUndefined()
  })

  it.each(['0.12.18', '12.22.12', '18.20.4', '19.9.0'])('turns Node %s down by name', (version) => {
    expect(nodeProblem(version)).toContain(`this is Node ${version}`)
    expect(nodeProblem(version)).toContain('fix: install a current Node')
  })
})
