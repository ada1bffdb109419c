import { ReverieError } from '@reverie/core'
import { importModel } from '@reverie/models'
import type { Command } from '../command.ts'
import { libraryFolder, onlyOperand } from '../models/library-folder.ts'
import { MODEL_FLAGS, parseModelFlags } from '../models/model-flags.ts'
import { runInstall } from '../models/run-install.ts'

export const modelsImport: Command = {
  name: 'models import',
  operands: '<folder|file>',
  summary: 'take a model from this machine: an ONNX folder, a LoRA, an upscaler, ...',
  flags: {
    ...MODEL_FLAGS,
    copy: { type: 'boolean', about: 'copy the files (the default)' },
    link: { type: 'boolean', about: 'hard links: no second copy, on the same disk only' },
  },
  examples: [
    'models import ./sd15-onnx --licence LicenseRef-creativeml-openrail-m',
    'models import ./ink.safetensors --family sd1',
    'models import ./RealESRGAN_x4.onnx --kind upscaler --name esrgan',
  ],
  run: (input, context) => {
    const from = onlyOperand(input, 'a folder or a file')
    if (input.values.copy && input.values.link) {
      throw new ReverieError('invalid_option', '--copy and --link are two ways; say one.', {
        field: '--link',
      })
    }
    const mode = input.values.link ? 'link' : 'copy'
    const flags = parseModelFlags(input)
    const words = {
      doing: mode === 'link' ? 'linking' : 'copying',
      kept: 'stopped; nothing was changed',
    }
    return runInstall(context, words, (signal, onProgress) =>
      importModel({ ...flags, models: libraryFolder(context), from, mode, signal, onProgress }),
    )
  },
}
