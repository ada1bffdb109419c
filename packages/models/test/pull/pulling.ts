import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TinyModelName, tinyModelFolder } from '@reverie/tiny-models'
import { type PullModules, type PullOptions, pullModel } from '../../src/index.ts'
import type { HubRepo } from '../hub-server.ts'

/** A tiny model's files as a repository, with what hubs' repositories have beside them. */
export async function tinyRepo(name: TinyModelName): Promise<HubRepo> {
  const folder = tinyModelFolder(name)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = new Map<string, Uint8Array>()
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(folder.length + 1), await readFile(path))
  }
  files.delete('manifest.json')
  files.set('README.md', Buffer.from('# A model'))
  files.set('unet/diffusion_pytorch_model.safetensors', Buffer.alloc(2_000))
  files.set('unet/diffusion_pytorch_model.bin', Buffer.alloc(2_000))
  files.set('model.safetensors', Buffer.alloc(2_000))
  return { files, card: { license: 'creativeml-openrail-m' } }
}

/** Room for everything, no waits. */
export const ROOMY: PullModules = { freeBytes: async () => 1e15, random: () => 0 }

export const pullRepo = (
  repo: string,
  options: Pick<PullOptions, 'models' | 'endpoint'> & Partial<PullOptions>,
  modules: PullModules = ROOMY,
  path?: string,
) => pullModel(modules, { kind: 'hub', repo, revision: 'main', path }, options)
