import {
  type Account,
  type MetricsRegister,
  newAccountId,
  type RenderRecords,
  ReverieError,
  silentLogger,
} from '@reverie/core'
import { createDispatch } from '@reverie/dispatch'
import {
  buildManifestCid,
  buildModelManifest,
  createFakeClock,
  createFakeGateway,
  createMemoryBlobs,
  createMemoryEvents,
  createMemoryQueue,
  createMemoryRecords,
  createRecordingMetrics,
} from '@reverie/testkit'
import { hashApiKey, newApiKey } from '../../src/http/api-keys.ts'
import { buildApp } from '../../src/http/app.ts'
import type {
  HttpModules,
  HttpOptions,
  InspectInput,
  ModelCatalogue,
} from '../../src/http/ports.ts'

export interface RigChanges {
  readonly modules?: Partial<HttpModules>
  readonly options?: Partial<HttpOptions>
}

const model = {
  cid: buildManifestCid(),
  manifest: buildModelManifest({ features: ['init', 'control'] }),
}

const catalogue: ModelCatalogue = {
  list: () => [model],
  find: (name) => (name === model.cid || name === model.manifest.name ? model : undefined),
  default: model.cid,
}

const dispatchCatalogue = {
  list: catalogue.list,
  find: (name: string | undefined) => {
    const found = catalogue.find(name ?? model.cid)
    if (found) return found
    const accepted = model.manifest.name
    throw new ReverieError('model_not_found', `No model ${name}; there is: ${accepted}.`, {
      field: 'model',
      accepted,
    })
  },
}

/** Takes a file of four bytes as a picture of as many pixels as its first two say. */
const inspectInput: InspectInput = async ([width = 0, height = 0, ...rest]) => {
  if (rest.length === 2) return { width, height }
  throw new ReverieError('input_invalid', 'The picture of body cannot be used.', {
    field: 'body',
  })
}

/** The whole HTTP layer over the real dispatch on fakes of every port. Nobody renders unless a test joins a worker. */
export async function createHttpRig({ modules = {}, options = {} }: RigChanges = {}) {
  const clock = createFakeClock()
  const records = createMemoryRecords()
  const blobs = createMemoryBlobs()
  const gateway = createFakeGateway({ clock })
  const events = createMemoryEvents()
  const metrics = createRecordingMetrics()
  const dispatch = createDispatch({
    records: records.renders,
    workers: records.workers,
    inputs: records.inputs,
    queue: createMemoryQueue({ clock }),
    blobs,
    gateway,
    events,
    catalogue: dispatchCatalogue,
    inspect: () => Promise.reject(new ReverieError('result_image_invalid', 'No result is taken.')),
    clock,
    logger: silentLogger,
    metrics: metrics as MetricsRegister,
  })

  async function addAccount(role: Account['role'] = 'artist') {
    const account: Account = { id: newAccountId(), name: role, role }
    const apiKey = newApiKey()
    await records.accounts.create(account, clock.now())
    await records.accounts.addKey(
      { hash: hashApiKey(apiKey), account: account.id, label: 'test' },
      clock.now(),
    )
    return { account, apiKey, headers: { authorization: `Bearer ${apiKey}` } }
  }

  const artist = await addAccount()
  const app = await buildApp(
    {
      renders: dispatch.renders,
      blobs,
      inputs: records.inputs,
      inspectInput,
      accounts: records.accounts,
      gateway,
      workerRecords: records.workers,
      models: catalogue,
      health: async () => [{ name: 'records', state: 'green' }],
      exposition: { contentType: 'text/plain; version=0.0.4', text: async () => 'up 1\n' },
      metrics,
      log: silentLogger,
      clock,
      ...modules,
    },
    { version: '0.1.0', ...options },
  )
  const storedRenders = (account = artist.account): ReturnType<RenderRecords['list']> =>
    records.renders.list(account.id, { limit: 100 })

  return {
    app,
    artist,
    addAccount,
    storedRenders,
    model,
    clock,
    records,
    blobs,
    gateway,
    events,
    metrics,
    dispatch,
  }
}

export type HttpRig = Awaited<ReturnType<typeof createHttpRig>>
