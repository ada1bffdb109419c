import { randomBytes } from 'node:crypto'
import { access, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type InstalledModel, JobSpec, newJobId, ReverieError } from '@reverie/core'
import { createChildEngine } from '@reverie/engine'
import { duration } from '../terminal/bar.ts'
import { type Finding, note, ok, problem } from './finding.ts'

const TINY_STEPS = 2
const NONCE_BYTES = 16

/** The smallest job a model takes: enough to run every graph once. */
const tinyJob = ({ cid, manifest }: InstalledModel): JobSpec =>
  JobSpec.parse({
    v: 1,
    job: newJobId(),
    model: cid,
    prompt: 'red apple',
    negativePrompt: '',
    width: manifest.size.min,
    height: manifest.size.min,
    steps: Math.max(manifest.steps.min, TINY_STEPS),
    sampler: manifest.defaults.sampler,
    schedule: manifest.defaults.schedule,
    cfgScale: manifest.defaults.cfgScale,
    seed: '42',
    rng: 'torch-cpu',
    nonce: randomBytes(NONCE_BYTES).toString('hex'),
  })

/** Renders a tiny picture on the CPU through the inference process, as a worker would. */
export async function checkEngine(model: InstalledModel): Promise<Finding> {
  try {
    const engine = await createChildEngine()
    try {
      const started = performance.now()
      await engine.load(model)
      const loaded = performance.now()
      const spec = tinyJob(model)
      await engine.render(model, spec)
      return ok(
        'engine',
        `${model.manifest.name} loads in ${duration(loaded - started)} and renders ${spec.width}x${spec.height}, ${spec.steps} steps in ${duration(performance.now() - loaded)} on ${engine.numericClass.provider}`,
      )
    } finally {
      await engine.close()
    }
  } catch (cause) {
    const error = ReverieError.from(cause)
    return problem(
      'engine',
      `${error.message} (${error.code})`,
      'install the packages again (`npm start` does); if it stays, report it with this output',
    )
  }
}

const CUDA_PROVIDER = 'libonnxruntime_providers_cuda.so'
const GET_CUDA =
  'needs CUDA 12 and cuDNN 9; fetch the provider (about 300 MB, not from npm) with: ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js in '

/** Whether the GPU files of the native runtime are there. The CPU needs none of them. */
export async function checkGpuFiles(): Promise<Finding> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return note(
      'gpu',
      `no CUDA files exist for ${process.platform}-${process.arch}; workers use the CPU`,
    )
  }
  const require = createRequire(import.meta.resolve('@reverie/engine'))
  const runtime = dirname(require.resolve('onnxruntime-node/package.json'))
  const versions = await readdir(join(runtime, 'bin'))
  const files = versions.map((version) => join(runtime, 'bin', version, 'linux/x64', CUDA_PROVIDER))
  const found = await Promise.any(files.map((file) => access(file))).then(
    () => true,
    () => false,
  )
  return found
    ? ok('gpu', 'the CUDA provider is there')
    : note('gpu', 'the CUDA provider is not there; workers use the CPU', `${GET_CUDA}${runtime}`)
}
