import type { RecordsHarness } from './harness.ts'
import { describeJobChangeContract } from './job-change-contract.ts'
import { describeJobRaceContract } from './job-race-contract.ts'
import { describeRenderCreationContract } from './render-creation-contract.ts'

/** What all RenderRecords guarantee: writing and finding, a job's life, and races. */
export function describeRenderRecordsContract(
  name: string,
  setup: () => Promise<RecordsHarness>,
): void {
  describeRenderCreationContract(name, setup)
  describeJobChangeContract(name, setup)
  describeJobRaceContract(name, setup)
}
