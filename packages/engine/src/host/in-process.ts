import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type EngineImage,
  type ImageEngine,
  type InstalledModel,
  type JobSpec,
  type Logger,
  type RenderOptions,
  silentLogger,
} from '@reverie/core'
import { encodeImage } from '../images/encode-image.ts'
import { formatParameters } from '../images/parameters.ts'
import { openPipeline, type Pipeline, type PipelineOptions } from '../pipeline/open-pipeline.ts'
import { requireNotBlack } from '../pictures/output-guards.ts'
import { textToImage } from '../pictures/text-to-image.ts'
import type { ModelCall } from '../pipeline/timed-session.ts'
import { toRgb } from '../pictures/to-rgb.ts'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { checkRequest } from './check-request.ts'
import { createProgressMeter } from './eta.ts'
import { numericClassOf } from './numeric-class.ts'
import { cancelled, closed } from './stop.ts'
import { createTurns } from './turns.ts'

export interface InProcessModules {
  readonly backend: OrtBackend
  readonly logger?: Logger
  /** Hears of every finished call of a graph. */
  readonly onCall?: (call: ModelCall) => void
}

/**
 * An engine in this very process: every model call blocks its event loop. For the child process, for tests and for
 * measuring. It keeps one model warm; the next model takes its place.
 */
export function createInProcessEngine(
  { backend, logger = silentLogger, onCall = () => {} }: InProcessModules,
  options: PipelineOptions = {},
): ImageEngine {
  const turns = createTurns()
  let warm: { readonly model: InstalledModel; readonly pipeline: Pipeline } | undefined
  let closing: Promise<void> | undefined
  let inferenceMs = 0
  let finishingMs = 0

  const unload = async () => {
    const pipeline = warm?.pipeline
    warm = undefined
    await pipeline?.close()
  }

  const pipelineOf = async (model: InstalledModel): Promise<Pipeline> => {
    if (warm?.model.cid === model.cid) return warm.pipeline
    await unload()
    const modules = {
      backend,
      onCall: (call: ModelCall) => {
        inferenceMs += call.ms
        onCall(call)
      },
    }
    warm = { model, pipeline: await openPipeline(modules, model.folder, options) }
    return warm.pipeline
  }

  const draw = async (
    model: InstalledModel,
    spec: JobSpec,
    { signal, onProgress = () => {} }: RenderOptions,
  ): Promise<EngineImage> => {
    // A model call blocks the event loop: only between two calls can a cancel be heard.
    const checkpoint = async () => {
      await nextTurn()
      if (closing !== undefined) throw closed()
      if (signal?.aborted) throw cancelled()
    }
    await checkpoint()
    const pipeline = await pipelineOf(model)
    inferenceMs = 0
    const start = performance.now()
    const meter = createProgressMeter(() => performance.now(), finishingMs)
    let lastCall = start
    const drawing = await textToImage(pipeline, spec, {
      checkpoint,
      onModelCall: (done, of) => {
        lastCall = performance.now()
        onProgress(meter.advance(done, of))
      },
    })
    if (drawing.dropped > 0) {
      logger.info('prompt longer than the text encoder takes', { dropped: drawing.dropped })
    }
    const rgb = toRgb(drawing.pixels)
    requireNotBlack(rgb)
    const { width, height } = spec
    const png = await encodeImage(
      { rgb, width, height },
      { format: 'png', settings: formatParameters(spec, model.manifest) },
    )
    finishingMs = performance.now() - lastCall
    return {
      png,
      width,
      height,
      trajectory: drawing.trajectory,
      timing: { total: performance.now() - start, inference: inferenceMs },
    }
  }

  return {
    numericClass: numericClassOf(backend),
    warm: () => (warm === undefined ? [] : [warm.model.cid]),
    load: (model) =>
      turns.take(async () => {
        if (closing !== undefined) throw closed()
        await pipelineOf(model)
      }),
    async render(model, spec, renderOptions = {}) {
      checkRequest(model, spec)
      return turns.take(() => draw(model, spec, renderOptions), renderOptions.signal)
    },
    close() {
      closing ??= turns.idle().then(unload)
      return closing
    },
  }
}
