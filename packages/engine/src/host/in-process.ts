import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type EngineImage,
  type EngineProgress,
  type InstalledModel,
  type JobSpec,
  type Logger,
  NOTE_LIMITS,
  type RenderOptions,
  silentLogger,
} from '@reverie/core'
import { encodeImage } from '../images/encode-image.ts'
import type { GuidanceMode } from '../pipeline/pipeline.ts'
import type { ModelCall } from '../pipeline/timed-session.ts'
import { CPU, type Device } from '../runtime/device.ts'
import type { OrtBackend } from '../runtime/ort-backend.ts'
import { checkRequest, requireDeliverable } from './check-request.ts'
import type { DeviceEngine } from './device-engine.ts'
import { createProgressMeter } from './eta.ts'
import type { LoadedModel, OpenModel } from './loaded-model.ts'
import { drawWithin, isShortOfMemory } from './memory/draw-within.ts'
import {
  createMemoryMeter,
  defaultBudget,
  type MemoryMeter,
  machineMemory,
} from './memory/memory-meter.ts'
import { createSizeTable, type SizeTable } from './memory/size-table.ts'
import { createWarmModels } from './memory/warm-models.ts'
import { modelKey } from './model-key.ts'
import { numericClassOf } from './numeric-class.ts'
import { createModelOpener, type GraphCacheSettings } from './open-model.ts'
import { createPreviews } from './previews.ts'
import { statedSettings } from './stated-settings.ts'
import { cancelled, closed } from './stop.ts'
import { createTurns } from './turns.ts'

export interface InProcessModules {
  readonly backend: OrtBackend
  readonly logger?: Logger
  /** Hears of every finished call of a graph. */
  readonly onCall?: (call: ModelCall) => void
  /** What is known of sizes. @defaultValue nothing, and what is learned ends with the engine */
  readonly sizes?: SizeTable
  /** @defaultValue that of the device */
  readonly meter?: MemoryMeter
  /** Loads checkpoints. @defaultValue the real pipelines on `backend` */
  readonly open?: OpenModel
}

export interface InProcessOptions {
  /** How guidance is computed. @defaultValue measured on GPUs, "batched" on the CPU */
  readonly guidance?: GuidanceMode | undefined
  /** Where graphs with LoRAs and the like are kept. @defaultValue nowhere: jobs that need any are refused */
  readonly graphCache?: GraphCacheSettings | undefined
  /** What `backend` drives. @defaultValue the CPU */
  readonly device?: Device | undefined
  /** The device's name for the numeric class. @defaultValue the CPU's */
  readonly deviceTitle?: string | undefined
  /** Bytes that warm models may take together. @defaultValue half of the machine's memory; of a GPU's own, nine tenths */
  readonly memoryBudget?: number | undefined
  /** Bytes that the device has. @defaultValue the machine's memory on the CPU, elsewhere unknown */
  readonly deviceMemory?: number | undefined
}

/** Said to the artist of a picture that was made with less memory than usual. */
const SHORT_OF_MEMORY =
  'The device was short of memory: parts of the picture were computed one after the other, which may show in fine differences.'

/**
 * An engine in this very process: every model call blocks its event loop. For the child process, for tests and for
 * measuring. Models stay warm within a budget; a render short of memory is tried again with less.
 */
export function createInProcessEngine(
  modules: InProcessModules,
  options: InProcessOptions = {},
): DeviceEngine {
  const { backend, logger = silentLogger, onCall = () => {}, sizes = createSizeTable() } = modules
  const { device = CPU, deviceTitle, guidance, graphCache } = options
  const { deviceMemory = device.provider === 'cpu' ? machineMemory() : undefined } = options
  const { memoryBudget = defaultBudget(device, deviceMemory) } = options
  const { meter = createMemoryMeter(device) } = modules
  const numericClass = numericClassOf(backend, deviceTitle)
  const turns = createTurns()
  const models = createWarmModels(meter, memoryBudget, isShortOfMemory)
  let closing: Promise<void> | undefined
  let inferenceMs = 0
  let finishingMs = 0

  const count = (call: ModelCall) => {
    inferenceMs += call.ms
    onCall(call)
  }
  const {
    open = createModelOpener({ backend, onCall: count, logger, sizes }, { guidance, graphCache }),
  } = modules

  const take = (model: InstalledModel, job?: Parameters<OpenModel>[1]): Promise<LoadedModel> =>
    models.take({
      key: modelKey(model.cid, job?.spec),
      cid: model.cid,
      bytes: model.manifest.files.reduce((sum, { size }) => sum + size, 0),
      open: () => open(model, job),
    })

  const render = async (
    model: InstalledModel,
    spec: JobSpec,
    { signal, inputs = {}, previewEvery = 0, onProgress = () => {} }: RenderOptions,
  ): Promise<EngineImage> => {
    // A model call blocks the event loop: only between two calls can a cancel be heard.
    const checkpoint = async () => {
      await nextTurn()
      if (closing !== undefined) throw closed()
      if (signal?.aborted) throw cancelled()
    }
    await checkpoint()
    const loaded = await take(model, { spec, inputs })
    inferenceMs = 0
    const start = performance.now()
    let lastCall = start
    let last: EngineProgress | undefined
    const previews = createPreviews(() => last, onProgress, logger)

    const within = { sizes, meter, logger, deviceMemory }
    const { result: drawn, rung } = await drawWithin(within, model, spec, {
      attempt: (economy) => {
        const pace = createProgressMeter(() => performance.now(), finishingMs)
        return loaded.draw({
          spec,
          inputs,
          economy,
          checkpoint,
          previewEvery,
          onPreview: previews.show,
          onModelCall: (done, of) => {
            lastCall = performance.now()
            last = pace.advance(done, of)
            onProgress(last)
          },
        })
      },
      releaseText: loaded.releaseText,
      unloadOthers: models.closeOthers,
    })
    const { format = 'png', quality, metadata = true } = spec
    const settings = metadata ? statedSettings(model, spec, inputs) : undefined
    const file = await encodeImage(drawn, { format, quality, settings })
    requireDeliverable(file, drawn, format)
    await previews.sent()
    finishingMs = performance.now() - lastCall
    const notes = rung === 0 ? drawn.notes : [...drawn.notes, SHORT_OF_MEMORY]
    return {
      file,
      format,
      width: drawn.width,
      height: drawn.height,
      trajectory: drawn.trajectory,
      numericClass,
      notes: notes.slice(-NOTE_LIMITS.notes).map((note) => note.slice(0, NOTE_LIMITS.chars)),
      flagged: drawn.flagged,
      timing: { total: performance.now() - start, inference: inferenceMs },
    }
  }

  return {
    numericClass,
    warm: () => models.list(),
    proven: (model) => sizes.largest(model),
    load: (model) =>
      turns.take(async () => {
        if (closing !== undefined) throw closed()
        await take(model)
      }),
    async render(model, spec, renderOptions = {}) {
      checkRequest(model, spec)
      const { signal } = renderOptions
      // Where the runtime can, a call under way ends at once; elsewhere the next checkpoint is soon enough.
      const interrupt = () => backend.interrupt?.()
      return turns.take(async () => {
        signal?.addEventListener('abort', interrupt, { once: true })
        try {
          return await render(model, spec, renderOptions)
        } catch (error) {
          if (closing !== undefined) throw closed()
          throw signal?.aborted ? cancelled() : error
        } finally {
          signal?.removeEventListener('abort', interrupt)
          await models.settle()
        }
      }, signal)
    },
    close() {
      if (closing === undefined) backend.interrupt?.()
      closing ??= turns.idle().then(() => models.closeAll())
      return closing
    },
  }
}
