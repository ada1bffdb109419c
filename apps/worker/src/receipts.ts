import { createHash } from 'node:crypto'
import type { EngineImage, JobSpec, NumericClass, PeerId, Sha256 } from '@reverie/core'
import { encodeCanonical } from '@reverie/protocol'
import { commitTrajectory, requestHash, type Signer, signReceipt } from '@reverie/trust'

/** What a worker did for a job, ready to be stated. */
export interface Work {
  readonly spec: JobSpec
  readonly image: EngineImage
  /** Of the engine, with the precision of the model's weights. */
  readonly numericClass: NumericClass
  readonly startedAt: number
  readonly finishedAt: number
}

/** Signs receipts in the name of one worker, for one coordinator. */
export async function writeReceipt(
  { spec, image, numericClass, startedAt, finishedAt }: Work,
  worker: { readonly signer: Signer; readonly name: string },
  coordinator: PeerId,
): Promise<Uint8Array> {
  const { sampler, schedule, steps, cfgScale, seed, rng } = spec
  const receipt = await signReceipt(
    {
      v: 1,
      coordinator,
      worker: { peer: worker.signer.peer, name: worker.name },
      job: spec.job,
      request: requestHash(spec),
      model: spec.model,
      sampler,
      schedule,
      steps,
      cfgScale,
      seed,
      rng,
      numericClass,
      trajectory: commitTrajectory(image.trajectory),
      image: {
        sha256: createHash('sha256').update(image.file).digest('hex') as Sha256,
        bytes: image.file.length,
        type: `image/${image.format}`,
        width: image.width,
        height: image.height,
      },
      startedAt,
      finishedAt,
    },
    worker.signer,
  )
  return encodeCanonical(receipt)
}
