import { ERROR_CODE_NAMES, ERROR_CODES } from '../../packages/core/src/index.ts'

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

/** The error reference in Markdown, from core's table. */
export function errorReference(): string {
  return [
    '# Errors',
    '',
    'Every error of the HTTP API, the network, the SDK and the command line carries one of these codes.',
    "`user` is the caller's to mend (no retry helps), `operational` is the world's (try again), `bug` is ours.",
    '',
    'Generated from `packages/core/src/errors/codes.ts` by `pnpm generate`; do not edit.',
    '',
    row(['code', 'kind', 'HTTP', 'meaning']),
    row(['---', '---', '---', '---']),
    ...ERROR_CODE_NAMES.map((code) => {
      const { kind, status, summary } = ERROR_CODES[code]
      return row([`\`${code}\``, kind, status, summary])
    }),
    '',
  ].join('\n')
}
