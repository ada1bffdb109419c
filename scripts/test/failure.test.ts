import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const { explain } = await import(resolve(import.meta.dirname, '../bootstrap/failure.mjs'))

describe('explain', () => {
  it.each([
    ['npm error code ENOTFOUND', 'the npm registry does not answer'],
    ['npm error code ECONNREFUSED', 'the npm registry does not answer'],
    ['ERR_PNPM_TARBALL_FETCH_TARBALL error sending request', 'the npm registry does not answer'],
    ['Error: spawn npm ENOENT', 'npm is not on the PATH'],
    ['Error: spawn /a/.toolchain/pnpm EACCES', 'the program is not there or cannot run'],
    ['npm error code ENOSPC', 'the disk is full'],
    ["EROFS: read-only file system, mkdir 'x'", 'a folder cannot be written'],
    ["EACCES: permission denied, mkdir 'x'", 'a folder cannot be written'],
    ['npm error code EINTEGRITY', 'a downloaded package is not the one that was recorded'],
    ['npm error code E404', 'the registry does not have a package that is needed'],
    ['ERR_PNPM_OUTDATED_LOCKFILE', 'pnpm-lock.yaml does not match the package.json files'],
  ])('reads %j as: %s', (output, words) => {
    const failure = explain('installing', output)
    expect(failure.message).toContain(`installing failed: ${words}`)
    expect(failure.fix).toBeTruthy()
  })

  it('shows the one line that says why', () => {
    const said = [
      'npm error code ECONNREFUSED',
      'npm error FetchError: request to http://127.0.0.1:9/pnpm failed, reason: connect ECONNREFUSED',
      'npm error If you are behind a proxy, see npm help config',
    ]
    expect(explain('installing', said.join('\n')).details).toBe(said[1])
  })

  it('shows the end of what it does not know, and no more', () => {
    const failure = explain('installing', `${'x'.repeat(100_000)}\nlast line`)
    expect(failure.message).toBe('installing failed')
    expect(failure.details).toContain('last line')
    expect(failure.details.length).toBeLessThan(2_000)
  })
})
