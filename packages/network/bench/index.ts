import { type JobSpec, silentLogger, systemClock, type WorkerProfile } from '@reverie/core'
import { buildJobSpec, buildWorkerProfile } from '@reverie/testkit'
import {
  createCoordinatorLink,
  createNode,
  createWorkerGateway,
  generateIdentity,
} from '../src/index.ts'

const WARM_UP = 200
const LEASES = 1_000
const AT_ONCE = 32
const RESULTS = 100
const RESULT_BYTES = 1_000_000
const LARGEST_BYTES = 32 * 1_024 * 1_024

const logger = silentLogger
const clock = systemClock

/** A coordinator and a worker on one socket of this machine, both in this process. */
async function connect(profile: WorkerProfile) {
  const server = await createNode(
    { identity: await generateIdentity(), logger },
    { listen: ['/ip4/127.0.0.1/tcp/0'] },
  )
  const client = await createNode({ identity: await generateIdentity(), logger })
  const gateway = await createWorkerGateway({ node: server, logger, clock })
  const [coordinator = ''] = server.addresses()
  const link = createCoordinatorLink({ node: client, logger, clock }, { coordinator })
  const connected = Promise.withResolvers<void>()
  link.onState((state) => {
    if (state === 'connected') connected.resolve()
  })
  link.announce(profile)
  link.start()
  await connected.promise
  return {
    gateway,
    link,
    worker: client.peer,
    async stop() {
      await link.close()
      await client.stop()
      await gateway.close()
      await server.stop()
    },
  }
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN

async function timed(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await task()
  return performance.now() - startedAt
}

/** A lease is an offer, its acceptance and its end, on a stream of its own; the worker does nothing in between. */
export async function bench() {
  const pair = await connect(buildWorkerProfile({ slots: AT_ONCE }))
  const { gateway, link, worker } = pair
  link.onJob(async () => ({ type: 'finished' }))
  gateway.onResult(async () => ({ type: 'accepted', receipt: Uint8Array.of(1) }))
  const signal = new AbortController().signal
  const lease = (spec: JobSpec) => gateway.lease(worker, spec, { signal, onProgress: () => {} })
  const deliver = (bytes: number) =>
    link.deliver({ spec: buildJobSpec(), image: new Uint8Array(bytes), receipt: Uint8Array.of(1) })

  try {
    for (let count = 0; count < WARM_UP; count += 1) await lease(buildJobSpec())
    const serial: number[] = []
    for (let count = 0; count < LEASES; count += 1) {
      serial.push(await timed(() => lease(buildJobSpec())))
    }
    serial.sort((a, b) => a - b)
    const parallelMs = await timed(() =>
      Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let count = 0; count < LEASES / AT_ONCE; count += 1) await lease(buildJobSpec())
        }),
      ),
    )
    const resultsMs = await timed(async () => {
      for (let count = 0; count < RESULTS; count += 1) await deliver(RESULT_BYTES)
    })
    const largestMs = await timed(() => deliver(LARGEST_BYTES))
    return [
      { name: 'lease round trip, p50', value: quantile(serial, 0.5), unit: 'ms' },
      { name: 'lease round trip, p99', value: quantile(serial, 0.99), unit: 'ms' },
      { name: `leases, ${AT_ONCE} at once`, value: (LEASES / parallelMs) * 1_000, unit: '1/s' },
      { name: 'result of 1 MB', value: resultsMs / RESULTS, unit: 'ms' },
      { name: 'result of 32 MiB', value: largestMs, unit: 'ms' },
    ]
  } finally {
    await pair.stop()
  }
}
