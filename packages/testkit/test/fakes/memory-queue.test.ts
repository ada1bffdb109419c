import {
  createFakeClock,
  createMemoryQueue,
  describeJobQueueContract,
  type MemoryQueue,
} from '@reverie/testkit'

const CLAIM_EXPIRY_MS = 5_000

describeJobQueueContract('the queue in memory', async () => {
  const clock = createFakeClock()
  const first = createMemoryQueue({ clock, claimExpiryMs: CLAIM_EXPIRY_MS })
  const opened: MemoryQueue[] = []
  return {
    async open() {
      const queue = first.fork()
      opened.push(queue)
      return queue
    },
    async crash(queue) {
      opened.find((each) => each === queue)?.crash()
    },
    passClaimTime: () => clock.advance(CLAIM_EXPIRY_MS),
    async close() {
      for (const queue of opened) await queue.close()
    },
  }
})
