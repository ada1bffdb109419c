import { describe, expect, it } from 'vitest'
import { summarise } from '../test-report.ts'

const report = (changes: object = {}) =>
  JSON.stringify({
    success: true,
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: [{ status: 'passed', assertionResults: [{}] }],
    ...changes,
  })

describe('summarise', () => {
  it('counts what ran', () => {
    expect(summarise(report())).toEqual({ line: '3 passed, 0 failed, 1 skipped', ok: true })
  })

  it('counts a file that broke before its first test as a failure', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }]
    expect(summarise(report({ success: false, testResults }))).toEqual({
      line: '3 passed, 1 failed, 1 skipped',
      ok: false,
    })
  })

  it.each(['', '{', '{}', 'null', report({ numPassedTests: 0 }), report({ success: false })])(
    'does not take %j for success',
    (text) => {
      expect(summarise(text).ok).toBe(false)
    },
  )
})
