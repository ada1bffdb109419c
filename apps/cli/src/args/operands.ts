import { ReverieError } from '@reverie/core'
import type { Input } from '../command.ts'

/** For commands that take flags only. @throws ReverieError `invalid_option` */
export function refuseOperands({ operands }: Input): void {
  const [first] = operands
  if (first === undefined) return
  throw new ReverieError('invalid_option', `This command takes no argument, but got "${first}".`, {
    field: first,
  })
}
