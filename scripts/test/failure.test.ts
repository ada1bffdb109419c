import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const { explain } = await import(resolve(import.meta.dirname, '../bootstrap/failure.mjs'))

describe('explain', () => {
  it.each([
    ['npm error code ENOTFOUND', 'the npm registry does not answer'],
    ['npm error code ECONNREFUSED', 'the npm registry does not answer'],
    ['ERR_PNPM_TARBALL_FETCH_TARBALL error sending request', 'the npm registry does not answer'],
    ['npm error code ENOSPC', 'the disk is full'],
    ["EROFS: read-only file system, mkdir 'x'", 'a folder cannot be written'],
    ["EACCES: permission denied, mkdir 'x'", 'a folder cannot be written'],
    ['npm error code EINTEGRITY', 'a downloaded package is not the one that was recorded'],
    ['npm error code E404', 'the registry does not have a package that is needed'],
    ['ERR_PNPM_OUTDATED_LOCKFILE', 'pnpm-lock.yaml does not match the package.json files'],
  ])('reads %j as: %s', (output, words) => {
    const failure = explain('installing', output)
    expect(failure.message).toBe(`installing failed: ${words}`)
    expect(failure.fix).toBeTruthy()
  })

  it('shows the end of what it does not know, and no more', () => {
    const failure = explain('installing', `${'x'.repeat(100_000)}\nlast line`)
    expect(failure.message).toBe('installing failed')
    expect(failure.details).toContain('last line')
    expect(failure.details.length).toBeLessThan(2_000)
  })
})
