import {
  createMemoryRecords,
  describeAccountRecordsContract,
  describeInputRecordsContract,
  describeRenderRecordsContract,
  describeWorkerRecordsContract,
  type RecordsHarness,
} from '@reverie/testkit'

const setup = async (): Promise<RecordsHarness> => ({
  ...createMemoryRecords(),
  close: async () => {},
})

describeRenderRecordsContract('records in memory', setup)
describeAccountRecordsContract('records in memory', setup)
describeWorkerRecordsContract('records in memory', setup)
describeInputRecordsContract('records in memory', setup)
