import type { JobQueueHarness } from './harness.ts'
import { describeQueueClaimContract } from './queue-claim-contract.ts'
import { describeQueueOrderContract } from './queue-order-contract.ts'

/** What every JobQueue guarantees: order and membership, and claims shared by processes. */
export function describeJobQueueContract(
  name: string,
  setup: () => Promise<JobQueueHarness>,
): void {
  describeQueueOrderContract(name, setup)
  describeQueueClaimContract(name, setup)
}
