import type { RenderEvent } from '@reverie/core'
import { type NetworkUnderTest, startNetwork } from '../src/network-under-test.ts'
import { honest, joinScripted } from '../src/scripted-worker.ts'

const WARM_UP = 20
const SERIAL = 100
const REAL = 10
const AT_ONCE = 400
const PER_RENDER = 20
const WORKERS = 8
const REQUEST = { prompt: 'red apple, 3d style, blue background', steps: 2 }

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN

async function follow(
  { client }: NetworkUnderTest,
  id: string,
  until: RenderEvent['type'],
): Promise<void> {
  for await (const event of client.renderEvents({ id })) if (event.type === until) return
}

/** Milliseconds from sending a render to hearing of its image, one after another, sorted. */
async function serial(
  network: NetworkUnderTest,
  count: number,
  request: Parameters<NetworkUnderTest['client']['createRender']>[0],
): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i += 1) {
    const start = performance.now()
    const { id } = await network.client.createRender(request)
    await follow(network, id, 'image')
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)
}

async function together(network: NetworkUnderTest): Promise<number> {
  const start = performance.now()
  const renders = Array.from({ length: AT_ONCE / PER_RENDER }, () =>
    network.client.createRender({ ...REQUEST, n: PER_RENDER }),
  )
  for (const render of renders) await follow(network, (await render).id, 'done')
  return AT_ONCE / ((performance.now() - start) / 1_000)
}

/** How long until a worker that was lost with a job has its job offered to another, ms. */
async function reoffer(network: NetworkUnderTest): Promise<number> {
  const taken = Promise.withResolvers<void>()
  const never = new Promise<never>(() => {})
  const doomed = await joinScripted(network.multiaddr(), () => {
    taken.resolve()
    return never
  })
  const { id } = await network.client.createRender(REQUEST)
  await taken.promise
  const offered = Promise.withResolvers<void>()
  const rescuer = await joinScripted(network.multiaddr(), (job) => {
    offered.resolve()
    return honest(job)
  })
  const start = performance.now()
  await doomed.stop()
  await offered.promise
  const elapsed = performance.now() - start
  await follow(network, id, 'done')
  await rescuer.stop()
  return elapsed
}

/** The whole way of a render, through a real coordinator on embedded storage. "Zero-work" workers only sign and send. */
export async function bench() {
  const network = await startNetwork({ worker: false })
  try {
    const reofferMs = await reoffer(network)
    const single = await joinScripted(network.multiaddr(), honest)
    await serial(network, WARM_UP, REQUEST)
    const zeroWork = await serial(network, SERIAL, REQUEST)
    await single.stop()
    const many = await Promise.all(
      Array.from({ length: WORKERS }, () => joinScripted(network.multiaddr(), honest)),
    )
    await together(network)
    const rate = await together(network)
    await Promise.all(many.map((worker) => worker.stop()))
    await network.startWorker()
    await serial(network, 2, REQUEST)
    const real = await serial(network, REAL, { prompt: REQUEST.prompt, steps: 20 })
    const ms = 'ms'
    return [
      {
        name: 'submit to result, zero-work worker, p50',
        value: quantile(zeroWork, 0.5),
        unit: ms,
        target: 20,
      },
      {
        name: 'submit to result, zero-work worker, p99',
        value: quantile(zeroWork, 0.99),
        unit: ms,
      },
      {
        name: 'images with 8 zero-work workers',
        value: rate,
        unit: '1/s',
        target: 150,
        atMost: false,
      },
      { name: 'offered again after a worker was lost', value: reofferMs, unit: ms, target: 2_000 },
      { name: 'submit to result, demo model, 20 steps, p50', value: quantile(real, 0.5), unit: ms },
    ]
  } finally {
    await network.stop()
  }
}
