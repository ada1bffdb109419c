import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { HttpUrl } from './args/values.ts'

const FILE = 'credentials.json'

/** Where the coordinator answers and the key it knows us by. The coordinator itself keeps only the key's hash. */
export const Credentials = z.object({
  url: HttpUrl,
  apiKey: z.string().check(z.minLength(1), z.maxLength(500)),
})
export type Credentials = z.infer<typeof Credentials>

/** What is stored in the data folder; undefined when nothing usable is. */
export async function readCredentials(home: string): Promise<Credentials | undefined> {
  const text = await readFile(join(home, FILE), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const parsed = z.safeParse(Credentials, JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** Stores them for the next command, readable by this user only. @throws ReverieError `data_folder_unusable` */
export async function writeCredentials(home: string, credentials: Credentials): Promise<void> {
  const path = join(home, FILE)
  try {
    await mkdir(home, { recursive: true })
    await writeFile(`${path}.new`, `${JSON.stringify(credentials, undefined, 2)}\n`, {
      mode: 0o600,
    })
    // An older file of that name keeps its mode.
    await chmod(`${path}.new`, 0o600)
    await rename(`${path}.new`, path)
  } catch (cause) {
    throw new ReverieError(
      'data_folder_unusable',
      `${path} cannot be written: ${(cause as Error).message}`,
      { folder: home },
      { cause },
    )
  }
}
