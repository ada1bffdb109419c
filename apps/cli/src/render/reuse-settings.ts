import type { Client } from '@reverie/api'
import {
  isReverieError,
  LATENT_UPSCALERS,
  MAX_IMAGE_BYTES,
  RenderRequest,
  type RenderRequestInput,
  ReverieError,
} from '@reverie/core'
import { readSettings } from '@reverie/settings'
import { printable } from '@reverie/trust'
import { readPicture } from '../read-picture.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** A picture, and room for the texts beside it. */
const MAX_FILE_BYTES = MAX_IMAGE_BYTES + 4 * 1024 * 1024

/** What tells of the file and draws nothing: no loss to the picture that is made again. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['Model hash', 'Version'])

/** A request that may still lack its prompt. */
export type OpenRequest = Partial<RenderRequestInput>

/**
 * Fills what a request leaves open with what a picture's file says about how it was made. Settings that cannot be used
 * here, and a model that is not offered, are left out and told.
 * @throws ReverieError `file_unreadable` when the file says nothing
 */
export async function reuseSettings(
  path: string,
  request: OpenRequest,
  client: Pick<Client, 'getModel'>,
  terminal: Pick<Terminal, 'say'>,
): Promise<RenderRequestInput> {
  const found = readSettings(await readPicture(path, MAX_FILE_BYTES))
  if (!found) {
    const message = `${path} does not say how it was made; give the file as it was saved`
    throw new ReverieError('file_unreadable', message, { file: path })
  }
  const { model, hires, ...plain } = found.settings
  const scale = hires?.scale
  const { upscaler, ...pass } = hires ?? {}
  const isKnown = upscaler !== undefined && (isLatent(upscaler) || (await offers(client, upscaler)))
  if (upscaler !== undefined && !isKnown) {
    terminal.say(
      `${path}: its upscaler ${printable(upscaler)} is not offered here; latents are enlarged in its place`,
    )
  }
  const settings: OpenRequest = {
    ...plain,
    ...(scale === undefined ? {} : { hires: { ...pass, scale, ...(isKnown && { upscaler }) } }),
    ...(request.model === undefined && model !== undefined ? { model } : {}),
  }
  const kept = await usable(settings, client, (name, value) =>
    terminal.say(
      `${path}: its ${name} ${printable(String(value))} cannot be used here and is left out`,
    ),
  )
  const left = Object.entries(found.others).filter(([name]) => !SAYS_NOTHING.has(name))
  const told = left.map(([name, value]) => `${name}: ${value}`).join(', ')
  if (told !== '') terminal.say(`${path}: not used: ${printable(told).slice(1, -1)}`)
  return { prompt: '', ...kept, ...request }
}

/** The settings that the API takes, each by itself: files of other programs state what they like. */
async function usable(
  settings: OpenRequest,
  client: Pick<Client, 'getModel'>,
  leaveOut: (name: string, value: unknown) => void,
): Promise<OpenRequest> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(settings)) {
    const isOffered = name !== 'model' || (await offers(client, String(value)))
    const parsed = RenderRequest.safeParse({ prompt: 'x', [name]: value })
    if (parsed.success && isOffered) kept[name] = value
    else leaveOut(name, value)
  }
  return kept as OpenRequest
}

const isLatent = (upscaler: string): boolean => LATENT_UPSCALERS.some((each) => each === upscaler)

async function offers(client: Pick<Client, 'getModel'>, name: string): Promise<boolean> {
  try {
    await client.getModel({ name })
    return true
  } catch (error) {
    const isUnknown =
      isReverieError(error) &&
      ['model_not_found', 'invalid_parameter', 'route_not_found'].includes(error.code)
    if (isUnknown) return false
    throw error
  }
}
