import type { LeaseEnd } from '@reverie/core'
import {
  buildWorkerProfile,
  type ContractLease,
  type ContractWorker,
  describeWorkerGatewayContract,
} from '@reverie/testkit'
import { createHarness, type Worker } from '../harness.ts'

/** A worker behind a real link whose jobs end as the suite says. */
function scripted(worker: Worker): ContractWorker {
  const untaken: ContractLease[] = []
  const takers: ((lease: ContractLease) => void)[] = []
  let profile = buildWorkerProfile()
  worker.link.onJob((spec, { signal, onProgress }) => {
    const { promise, resolve } = Promise.withResolvers<LeaseEnd>()
    signal.addEventListener('abort', () => resolve({ type: 'cancelled' }))
    const lease: ContractLease = {
      spec,
      signal,
      progress: onProgress,
      finish: () => resolve({ type: 'finished' }),
      fault: (error) => resolve({ type: 'fault', error }),
    }
    const taker = takers.shift()
    if (taker) taker(lease)
    else untaken.push(lease)
    return promise
  })
  return {
    peer: worker.peer,
    nextLease() {
      const lease = untaken.shift()
      return lease ? Promise.resolve(lease) : new Promise((resolve) => takers.push(resolve))
    },
    update(changes) {
      profile = buildWorkerProfile({ ...profile, ...changes })
      worker.link.announce(profile)
    },
    submit: worker.link.deliver,
    input: worker.link.input,
    leave() {
      for (const connection of worker.node.libp2p.getConnections()) {
        connection.abort(new Error('the process died'))
      }
      // It must not come back while the suite looks.
      void worker.link.close()
    },
  }
}

describeWorkerGatewayContract('the gateway over libp2p', async () => {
  const harness = createHarness()
  const coordinator = await harness.coordinator()
  return {
    gateway: coordinator.gateway,
    async join(profile = {}) {
      const worker = await harness.worker(coordinator.address)
      const contract = scripted(worker)
      worker.link.announce(buildWorkerProfile(profile))
      worker.link.start()
      await worker.reach('connected')
      return contract
    },
    close: harness.stop,
  }
})
