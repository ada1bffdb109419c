import { type Style, styleFor } from './style.ts'

/** Data goes to stdout, everything said on the way to stderr. */
export interface Terminal {
  /** One line of data, to stdout. */
  print(line: string): void
  /** One line for people, to stderr. */
  say(line: string): void
  /** Text as it is, to stderr: for what is drawn over. */
  draw(text: string): void
  /** stderr can be drawn over. */
  readonly live: boolean
  readonly columns: number
  readonly outStyle: Style
  readonly errStyle: Style
}

export interface OutputStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

const DEFAULT_COLUMNS = 80

export function createTerminal(
  stdout: OutputStream,
  stderr: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const isLive = Boolean(stderr.isTTY) && env.TERM !== 'dumb' && !env.CI
  return {
    print: (line) => void stdout.write(`${line}\n`),
    say: (line) => void stderr.write(`${line}\n`),
    draw: (text) => void stderr.write(text),
    live: isLive,
    get columns() {
      // 0 where a terminal does not know its size.
      return stderr.columns || DEFAULT_COLUMNS
    },
    outStyle: styleFor(Boolean(stdout.isTTY), env),
    errStyle: styleFor(Boolean(stderr.isTTY), env),
  }
}
