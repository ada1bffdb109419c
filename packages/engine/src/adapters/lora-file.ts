import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { type LoraKey, type LoraRole, type Part, parseLoraKey } from './lora-keys.ts'
import { openSafetensors, type Safetensors } from './safetensors.ts'

/** What an adapter does to one module: its tensors by role. */
export interface LoraModule {
  readonly part: Part
  readonly path: string
  /** Names in the file. */
  readonly tensors: ReadonlyMap<LoraRole, string>
  readonly isDiffusers: boolean
}

/** An open adapter file. */
export interface LoraFile {
  readonly file: string
  readonly modules: readonly LoraModule[]
  /** Keys that are no adapter's, or unreadable ones. */
  readonly unknown: readonly string[]
  /** The divided `alpha` of a module; undefined where the file has none. */
  alpha(module: LoraModule): Promise<number | undefined>
  /** True where alpha is to be divided by the rank's square root (rsLoRA). */
  readonly isRankStabilised: boolean
  shape(name: string): readonly number[]
  /** @throws ReverieError `model_invalid` for values that are not finite */
  read(name: string): Promise<Float32Array>
  close(): Promise<void>
}

/** What PEFT writes about the adapter of each part, its names prefixed by the part's. */
const METADATA_KEY = 'lora_adapter_metadata'
const PART_NAMES: Readonly<Record<Part, string>> = {
  unet: 'unet',
  textEncoder: 'text_encoder',
  textEncoder2: 'text_encoder_2',
}

/**
 * Opens a LoRA, LoCon, LoHa or LoKr.
 * @throws ReverieError `model_file_missing`, `model_invalid`; `model_incompatible` for DoRA and other methods
 */
export async function openLora(file: string): Promise<LoraFile> {
  const stored = await openSafetensors(file)
  try {
    const { modules, unknown } = groupKeys(stored)
    const about = parseMetadata(stored.metadata[METADATA_KEY])
    const read = async (name: string): Promise<Float32Array> => {
      const values = await stored.read(name)
      if (values.every(Number.isFinite)) return values
      throw new ReverieError(
        'model_invalid',
        `${file}: tensor ${name} has values that are not finite; the training went wrong, take another version`,
        { file },
      )
    }
    return {
      file,
      modules,
      unknown,
      isRankStabilised: Object.entries(about).some(
        ([key, value]) => /(?:^|\.)use_rslora$/.test(key) && value === true,
      ),
      async alpha(module) {
        const name = module.tensors.get('alpha')
        if (name !== undefined) return (await read(name))[0]
        const value = about[`${PART_NAMES[module.part]}.lora_alpha`] ?? about.lora_alpha
        return typeof value === 'number' ? value : undefined
      },
      shape: (name) => stored.tensors.get(name)?.shape ?? [],
      read,
      close: () => stored.close(),
    }
  } catch (error) {
    await stored.close()
    throw error
  }
}

function groupKeys(stored: Safetensors): { modules: LoraModule[]; unknown: string[] } {
  const modules = new Map<string, LoraModule & { tensors: Map<LoraRole, string> }>()
  const unknown: string[] = []
  for (const name of stored.tensors.keys()) {
    const key = parseLoraKey(name)
    if (key === undefined) unknown.push(name)
    else if ('method' in key) throw unsupported(stored.file, key.method)
    else place(modules, key, name)
  }
  return { modules: [...modules.values()], unknown }
}

/** A module under both naming schemes counts once, as diffusers names it: both would add it twice. */
function place(
  modules: Map<string, LoraModule & { tensors: Map<LoraRole, string> }>,
  key: LoraKey,
  name: string,
): void {
  const id = `${key.part} ${key.path}`
  const known = modules.get(id)
  if (known === undefined || (key.isDiffusers && !known.isDiffusers)) {
    modules.set(id, { ...key, tensors: new Map([[key.role, name]]) })
  } else if (known.isDiffusers === key.isDiffusers) known.tensors.set(key.role, name)
}

/** A trainer's text: unreadable, it says nothing. */
function parseMetadata(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    return z.parse(z.record(z.string(), z.unknown()), JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}

const unsupported = (file: string, method: string): ReverieError =>
  new ReverieError(
    'model_incompatible',
    `${file} is a ${method}, whose changes cannot be added to a model's weights here; use a LoRA, LoCon, LoHa or LoKr`,
    { file, accepted: 'LoRA, LoCon, LoHa, LoKr' },
  )
