export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
}

const wrap = (open: number, close: number) => (text: string) =>
  `\u001b[${open}m${text}\u001b[${close}m`
const plain = (text: string) => text

const COLOURED: Style = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  red: wrap(31, 39),
  green: wrap(32, 39),
  yellow: wrap(33, 39),
}

const PLAIN: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain }

/** Colours on a terminal, unless NO_COLOR is set (https://no-color.org: any non-empty value) or TERM is dumb. */
export const styleFor = (
  isTTY: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Style => (isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? COLOURED : PLAIN)
