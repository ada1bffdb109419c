import { type JobId, type JobSpec, type ManifestCid, newJobId } from '@reverie/core'
import { encodeCanonical, type Receipt, type ReceiptBody } from '@reverie/protocol'
import { sha256Hex } from '../../src/hash.ts'
import {
  commitTrajectory,
  countersign,
  createSigner,
  embedReceipt,
  requestHash,
  type Signer,
  signReceipt,
} from '../../src/index.ts'
import { writePngText } from '../../src/png/index.ts'
import { samplePng } from '../png/sample.ts'

const signerOf = (seed: number): Signer => createSigner(new Uint8Array(32).fill(seed))
export const WORKER: Signer = signerOf(1)
export const COORDINATOR: Signer = signerOf(2)
export const STRANGER: Signer = signerOf(3)

export const sampleSpec = (change: Partial<JobSpec> = {}): JobSpec => ({
  v: 1,
  job: '01890a5d-ac96-774b-bcce-b302099a8057' as JobId,
  model: 'bafyreic4ve4eso2op44shiovay6mhya5liytlfxdms4bv75mfqhupnxscy' as ManifestCid,
  prompt: 'red apple, 3d style, blue background',
  negativePrompt: '',
  width: 64,
  height: 32,
  steps: 2,
  sampler: 'dpmpp_2m',
  schedule: 'karras',
  cfgScale: 4.5,
  seed: '18446744073709551615',
  rng: 'torch-cpu',
  nonce: '00112233445566778899aabbccddeeff',
  ...change,
})

/** The image of a job as a worker makes it: AUTOMATIC1111 text inside, no receipt. */
export const sampleImage = (spec: JobSpec, pixels = 0): Uint8Array =>
  writePngText(samplePng(pixels, spec.width, spec.height), [
    { keyword: 'parameters', text: `${spec.prompt}\nSteps: ${spec.steps}` },
  ])

export const sampleBody = (
  spec: JobSpec,
  image: Uint8Array,
  change: Partial<ReceiptBody> = {},
): ReceiptBody => ({
  v: 1,
  coordinator: COORDINATOR.peer,
  worker: { peer: WORKER.peer, name: 'kitchen pc' },
  job: spec.job,
  request: requestHash(spec),
  model: spec.model,
  sampler: spec.sampler,
  schedule: spec.schedule,
  steps: spec.steps,
  cfgScale: spec.cfgScale,
  seed: spec.seed,
  rng: spec.rng,
  numericClass: {
    engine: 'reverie-engine/0.1.0',
    runtime: 'onnxruntime-node/1.30.0',
    provider: 'cpu',
    device: 'x64 test',
    precision: 'int8',
    optimization: 'all',
  },
  trajectory: commitTrajectory(
    Array.from({ length: spec.steps + 1 }, (_, i) => Float32Array.of(i, -i)),
  ),
  image: {
    sha256: sha256Hex(image),
    bytes: image.length,
    type: 'image/png',
    width: spec.width,
    height: spec.height,
  },
  startedAt: 1_700_000_000_000,
  finishedAt: 1_700_000_001_000,
  ...change,
})

export interface SignedImage {
  readonly spec: JobSpec
  readonly image: Uint8Array
  readonly receipt: Receipt
  /** Canonical DAG-CBOR of the worker's part. */
  readonly workerReceipt: Uint8Array
  /** The image with receipt and request inside. */
  readonly file: Uint8Array
}

/** A job done honestly, except for what `change` says. */
export async function signedImage(
  change: Partial<JobSpec> = {},
  body: Partial<ReceiptBody> = {},
): Promise<SignedImage> {
  const spec = sampleSpec({ job: newJobId(), ...change })
  const image = sampleImage(spec, spec.steps)
  const workerReceipt = await signReceipt(sampleBody(spec, image, body), WORKER)
  const receipt = await countersign(workerReceipt, COORDINATOR, 1_700_000_002_000)
  return {
    spec,
    image,
    receipt,
    workerReceipt: encodeCanonical(workerReceipt),
    file: embedReceipt(image, { receipt, spec }),
  }
}
