import type { Command } from '../command.ts'
import { coordinator } from './coordinator.ts'
import { doctor } from './doctor.ts'
import { modelsList } from './models-list.ts'
import { render } from './render.ts'
import { state } from './state.ts'
import { up } from './up.ts'
import { verify } from './verify.ts'
import { worker } from './worker.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  up,
  render,
  verify,
  worker,
  coordinator,
  modelsList,
  doctor,
  state,
]
