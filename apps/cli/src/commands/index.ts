import type { Command } from '../command.ts'
import { coordinator } from './coordinator.ts'
import { doctor } from './doctor.ts'
import { modelsConvertHelp } from './models-convert-help.ts'
import { modelsImport } from './models-import.ts'
import { modelsInfo } from './models-info.ts'
import { modelsList } from './models-list.ts'
import { modelsPull } from './models-pull.ts'
import { modelsRemove } from './models-remove.ts'
import { render } from './render.ts'
import { state } from './state.ts'
import { strip } from './strip.ts'
import { up } from './up.ts'
import { verify } from './verify.ts'
import { worker } from './worker.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  up,
  render,
  verify,
  strip,
  worker,
  coordinator,
  modelsList,
  modelsPull,
  modelsImport,
  modelsInfo,
  modelsRemove,
  modelsConvertHelp,
  doctor,
  state,
]
