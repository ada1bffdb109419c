interface Report {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: unknown[] }[]
}

function parse(text: string): Report | undefined {
  try {
    const report = JSON.parse(text) as Report
    return Number.isInteger(report.numPassedTests) && Array.isArray(report.testResults)
      ? report
      : undefined
  } catch {
    return undefined
  }
}

/**
 * Counts of a vitest JSON report as one line. A file that failed before its first test counts as one failure, and so
 * does a missing or broken report: silence is not success.
 */
export function summarise(text: string): { readonly line: string; readonly ok: boolean } {
  const report = parse(text)
  if (!report) return { line: '0 passed, 1 failed, 0 skipped', ok: false }
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const failed = report.numFailedTests + broken
  const skipped = report.numPendingTests + report.numTodoTests
  return {
    line: `${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`,
    ok: failed === 0 && report.success && report.numPassedTests > 0,
  }
}
