import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { JobId, JobSpec, type Logger, MAX_IMAGE_BYTES, PeerId, ReverieError } from '@reverie/core'
import { decodeCanonical, encodeCanonical, MAX_RECEIPT_BYTES } from '@reverie/protocol'
import * as z from 'zod/mini'

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

/** A finished result and whom it is for. */
const OutboxEntry = z.strictObject({
  coordinator: PeerId,
  spec: JobSpec,
  image: Bytes,
  receipt: Bytes,
  notes: z.optional(z.array(z.string())),
  flagged: z.optional(z.boolean()),
})
export type OutboxEntry = z.infer<typeof OutboxEntry>

const MAX_ENTRY_BYTES = MAX_IMAGE_BYTES + MAX_RECEIPT_BYTES + 256 * 1024

/** Finished results on disk until the coordinator has answered: a crash or a dropped link costs nothing. */
export interface Outbox {
  /** Durable when it resolves. @throws ReverieError `data_folder_unusable`; `message_too_large` for an image that no coordinator takes */
  put(entry: OutboxEntry): Promise<void>
  /** Oldest first. */
  list(): readonly JobId[]
  /**
   * Undefined when it is not there or its file is damaged; a damaged file is set aside.
   * @throws ReverieError `data_folder_unusable` when it cannot be read now
   */
  get(job: JobId): Promise<OutboxEntry | undefined>
  remove(job: JobId): Promise<void>
}

const SUFFIX = '.result'

const unusable = (doing: string, folder: string, cause: unknown) => {
  const message = `cannot ${doing} a result in ${folder}: ${(cause as Error).message}; free space or fix its permissions`
  return new ReverieError('data_folder_unusable', message, {}, { cause })
}

export async function openOutbox(folder: string, logger: Logger): Promise<Outbox> {
  await mkdir(folder, { recursive: true })
  const jobs = new Set<JobId>()
  for (const file of (await readdir(folder)).sort()) {
    const id = z.safeParse(JobId, file.slice(0, -SUFFIX.length))
    if (file.endsWith(SUFFIX) && id.success) jobs.add(id.data)
    else if (file.endsWith('.tmp')) await rm(join(folder, file))
  }
  const pathOf = (job: JobId) => join(folder, `${job}${SUFFIX}`)

  return {
    put: async (entry) => {
      const { length } = entry.image
      if (length > MAX_IMAGE_BYTES) {
        const message = `the image has ${length} bytes; a coordinator takes at most ${MAX_IMAGE_BYTES}`
        throw new ReverieError('message_too_large', message)
      }
      const path = pathOf(entry.spec.job)
      const temporary = `${path}.tmp`
      try {
        await writeDurably(temporary, encodeCanonical(entry))
        await rename(temporary, path)
        await syncFolder(folder)
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => {})
        throw unusable('keep', folder, cause)
      }
      jobs.add(entry.spec.job)
    },

    list: () => [...jobs],

    get: async (job) => {
      if (!jobs.has(job)) return undefined
      let bytes: Uint8Array
      try {
        bytes = await readFile(pathOf(job))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          throw unusable('read', folder, error)
        logger.warn('undelivered result is gone', { job })
        jobs.delete(job)
        return undefined
      }
      try {
        return decodeCanonical(OutboxEntry, bytes, {
          maxBytes: MAX_ENTRY_BYTES,
          what: 'outbox file',
        })
      } catch (error) {
        logger.warn('undelivered result is damaged; it is set aside', {
          job,
          reason: String(error),
        })
        jobs.delete(job)
        await rename(pathOf(job), `${pathOf(job)}.damaged`).catch(() => {})
        return undefined
      }
    },

    remove: async (job) => {
      jobs.delete(job)
      await rm(pathOf(job), { force: true })
    },
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Waits until the names in a folder are on disk. Windows cannot, and needs not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
