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
})
export type OutboxEntry = z.infer<typeof OutboxEntry>

const MAX_ENTRY_BYTES = MAX_IMAGE_BYTES + MAX_RECEIPT_BYTES + 256 * 1024

/** Finished results on disk until the coordinator has answered: a crash or a dropped link costs nothing. */
export interface Outbox {
  /** Durable when it resolves. @throws ReverieError `data_folder_unusable` */
  put(entry: OutboxEntry): Promise<void>
  has(job: JobId): boolean
  /** Oldest first. */
  list(): readonly JobId[]
  /** Undefined when it is not there or its file is damaged; a damaged file is set aside. */
  get(job: JobId): Promise<OutboxEntry | undefined>
  remove(job: JobId): Promise<void>
}

const SUFFIX = '.result'

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
      const path = pathOf(entry.spec.job)
      const temporary = `${path}.tmp`
      try {
        const file = await open(temporary, 'w', 0o600)
        await file.writeFile(encodeCanonical(entry))
        await file.sync()
        await file.close()
        await rename(temporary, path)
      } catch (cause) {
        const message = `cannot keep a result in ${folder}: ${(cause as Error).message}; free space or fix its permissions`
        throw new ReverieError('data_folder_unusable', message, {}, { cause })
      }
      jobs.add(entry.spec.job)
    },

    has: (job) => jobs.has(job),
    list: () => [...jobs],

    get: async (job) => {
      if (!jobs.has(job)) return undefined
      try {
        const bytes = await readFile(pathOf(job))
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
