import type { ExitCode } from '@reverie/core'
import type { Terminal } from './terminal/terminal.ts'

interface Flag {
  /** `boolean` takes no value. */
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** Stands for the value in the help, e.g. "<folder>". */
  readonly value?: string
  readonly about: string
  /** Heading under which the help shows it; without one it comes first. */
  readonly group?: string
}

export type Flags = Readonly<Record<string, Flag>>

/** What was typed after the command's name. Values are unchecked text. */
export interface Input {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly operands: readonly string[]
  /** All of it as typed. */
  readonly argv: readonly string[]
}

/** What a command has of the world. */
export interface Context {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--json`: one JSON object, or one a line, on stdout; nothing else there. */
  readonly json: boolean
  /** Data folder: --data, REVERIE_HOME, else .reverie of the checkout or of the user. */
  readonly home: string
  /** How people type the command: "reverie", in a checkout "npx reverie". */
  readonly self: string
}

export interface Command {
  /** One or two words, e.g. "models list". */
  readonly name: string
  readonly summary: string
  /** e.g. "<image...>" */
  readonly operands?: string
  readonly flags: Flags
  readonly examples: readonly string[]
  run(input: Input, context: Context): Promise<ExitCode>
}

/** Flags that every command has. */
export const COMMON_FLAGS: Flags = {
  json: { type: 'boolean', about: 'answer in JSON on stdout' },
  data: { type: 'string', value: '<folder>', about: 'data folder (also REVERIE_HOME)' },
  help: { type: 'boolean', short: 'h', about: 'show this' },
}
