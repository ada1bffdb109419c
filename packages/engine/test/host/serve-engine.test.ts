import { ReverieError } from '@reverie/core'
import {
  buildJobSpec,
  buildManifestCid,
  buildModelManifest,
  buildNumericClass,
} from '@reverie/testkit'
import { expect, it, vi } from 'vitest'
import type { DeviceEngine } from '../../src/host/device-engine.ts'
import type { Report } from '../../src/host/messages.ts'
import { serveEngine } from '../../src/host/serve-engine.ts'

const model = { cid: buildManifestCid(), manifest: buildModelManifest(), folder: '/models/pocket' }
const spec = buildJobSpec({ steps: 2 })

/** A started server whose renders fail with `failure`. */
async function serve(failure: Error) {
  const said: Report[] = []
  const engine: DeviceEngine = {
    numericClass: buildNumericClass(),
    load: async () => {},
    warm: () => [],
    proven: () => undefined,
    render: () => Promise.reject(failure),
    close: async () => {},
  }
  const server = serveEngine({
    send: (report) => void said.push(report),
    createEngine: async () => engine,
  })
  server.receive({ type: 'start', options: {} })
  await vi.waitFor(() => expect(said).toHaveLength(1))
  return { server, said }
}

it.each([
  ['a job that breaks its limits', { type: 'render', id: 3, model, spec: { ...spec, steps: 0 } }],
  ['something else with a number', { type: 'dance', id: 3 }],
])('answers %s instead of ending', async (_, message) => {
  const { server, said } = await serve(new Error('not reached'))
  server.receive(message)
  expect(said.at(-1)).toMatchObject({ type: 'failed', id: 3, error: { code: 'internal' } })
})

it('tells of a failure in a sentence of bounded length', async () => {
  const { server, said } = await serve(new ReverieError('model_invalid', 'x'.repeat(1_000_000)))
  server.receive({ type: 'render', id: 0, model, spec })
  await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ type: 'failed', id: 0 }))
  const last = said.at(-1)
  expect(last?.type === 'failed' && last.error.message.length).toBe(2_000)
})
