import type { JobQueue, WorkerGateway } from '@reverie/core'
import type { HealthPart } from './http/ports.ts'

/** How long one part may take to answer, ms. */
const PATIENCE_MS = 3_000

const message = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function ask(
  name: string,
  question: () => Promise<unknown>,
  advice: string,
): Promise<HealthPart> {
  const slow = new Promise<never>((_, reject) => {
    AbortSignal.timeout(PATIENCE_MS).addEventListener('abort', () =>
      reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)),
    )
  })
  try {
    await Promise.race([question(), slow])
    return { name, state: 'green' }
  } catch (error) {
    return { name, state: 'red', reason: `${message(error)}; ${advice}` }
  }
}

/** Asks every part of a coordinator whether it works now. */
export const createHealth =
  (parts: {
    readonly records: () => Promise<unknown>
    readonly queue: Pick<JobQueue, 'waiting'>
    readonly blobs: () => Promise<unknown>
    readonly gateway: Pick<WorkerGateway, 'workers'>
    readonly isStopping: () => boolean
  }): (() => Promise<readonly HealthPart[]>) =>
  async () => {
    const asked = await Promise.all([
      ask('records', parts.records, 'check the disk and the log'),
      ask('queue', () => parts.queue.waiting(), 'check the database and the log'),
      ask('blobs', parts.blobs, 'check that the image folder can be written'),
    ])
    const workers: HealthPart =
      parts.gateway.workers().length > 0
        ? { name: 'workers', state: 'green' }
        : { name: 'workers', state: 'yellow', reason: 'no worker is connected; renders wait' }
    const lifecycle: HealthPart = parts.isStopping()
      ? { name: 'lifecycle', state: 'red', reason: 'shutting down' }
      : { name: 'lifecycle', state: 'green' }
    return [...asked, workers, lifecycle]
  }
