import { createFakeGateway, describeWorkerGatewayContract } from '@reverie/testkit'

describeWorkerGatewayContract('the fake gateway', async () => {
  const gateway = createFakeGateway()
  return {
    gateway,
    join: async (profile = {}) => gateway.join({ profile }),
    async close() {},
  }
})
