import {
  type Clock,
  type EngineProgress,
  type Logger,
  type ManifestCid,
  type NumericClass,
  ReverieError,
  silentLogger,
  systemClock,
} from '@reverie/core'
import { isDeviceLost } from '../runtime/ort-failure.ts'
import { checkImages, checkRequest } from './check-request.ts'
import type { DeviceEngine } from './device-engine.ts'
import { type EngineProcess, startEngineProcess } from './engine-process.ts'
import { type ForkEngine, forkEngine } from './fork-engine.ts'
import type { Command, ProcessOptions, Report } from './messages.ts'
import { cancelled, closed } from './stop.ts'
import { createTurns } from './turns.ts'
import { createWatchdog, DEFAULT_STALL_LIMITS, type StallLimits } from './watchdog.ts'

export interface ChildEngineModules {
  readonly logger?: Logger
  readonly clock?: Clock
  /** Starts the inference process. @defaultValue forks this package's own entry */
  readonly fork?: ForkEngine
}

export interface ChildEngineOptions extends ProcessOptions {
  readonly stall?: Partial<StallLimits>
}

type Answer = Extract<Report, { type: 'ready' | 'loaded' | 'rendered' }>

/** The one request under way. */
interface Pending {
  readonly id: number | undefined
  readonly onProgress: (progress: EngineProgress) => void
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: ReverieError) => void
}

/**
 * An engine whose inference runs in a process of its own, so that this one never blocks, a call that hangs can be
 * killed, and closing gives all memory back. A process that died is replaced when the next load or render comes.
 * @throws ReverieError `engine_failed` when the process cannot be started
 */
export async function createChildEngine(
  { logger = silentLogger, clock = systemClock, fork = forkEngine }: ChildEngineModules = {},
  { stall, ...processOptions }: ChildEngineOptions = {},
): Promise<DeviceEngine> {
  const turns = createTurns()
  let running: EngineProcess | undefined
  let numericClass: NumericClass | undefined
  let warm: readonly ManifestCid[] = []
  /** Outlives the process: what has passed, passed. */
  const proven = new Map<ManifestCid, number>()
  let pending: Pending | undefined
  let closing: Promise<void> | undefined
  let leaving: Promise<unknown> = Promise.resolve()
  let nextId = 0

  /** Gives the process up at once; the next one starts when it is gone. */
  const leave = () => {
    const left = running
    running = undefined
    warm = []
    leaving = Promise.all([leaving, left?.kill()])
  }

  const settle = (): Pending | undefined => {
    const settled = pending
    pending = undefined
    watchdog.stop()
    return settled
  }

  const watchdog = createWatchdog(clock, { ...DEFAULT_STALL_LIMITS, ...stall }, (limitMs) => {
    logger.error('model call stalled; inference process is killed', { limitMs })
    settle()?.reject(
      new ReverieError(
        'engine_stalled',
        `a model call did not end within ${limitMs} ms and was stopped; the next render starts a new process`,
      ),
    )
    leave()
  })

  const onReport = (report: Report) => {
    if (report.type === 'called') return watchdog.called(report.call)
    if (report.type === 'holds') {
      warm = report.warm
      for (const { model, pixels } of report.proven) proven.set(model, pixels)
      return
    }
    if (pending === undefined) return
    const current = 'id' in report ? report.id : undefined
    if (current !== pending.id) return
    if (report.type === 'progress') {
      const { step, of, etaMs, preview } = report
      return pending.onProgress({ step, of, etaMs, ...(preview && { preview }) })
    }
    if (report.type === 'failed') {
      settle()?.reject(ReverieError.fromObject(report.error))
      if (!isDeviceLost(report.error)) return
      logger.error('the device was lost; the inference process is started again')
      return leave()
    }
    settle()?.resolve(report)
  }

  const request = (
    to: EngineProcess,
    command: Command,
    onProgress: Pending['onProgress'] = () => {},
  ): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    pending = { id: 'id' in command ? command.id : undefined, onProgress, resolve, reject }
    watchdog.start('model' in command && !warm.includes(command.model.cid))
    to.send(command)
    return promise
  }

  const start = async (): Promise<EngineProcess> => {
    await leaving
    if (closing !== undefined) throw closed()
    const started: EngineProcess = startEngineProcess({
      fork,
      logger,
      onReport,
      onExit(why) {
        if (running !== started) return
        running = undefined
        warm = []
        settle()?.reject(closing === undefined ? why : closed())
      },
    })
    running = started
    try {
      const answer = await request(started, { type: 'start', options: processOptions })
      if (answer.type === 'ready') numericClass = answer.numericClass
      return started
    } catch (error) {
      leave()
      throw error
    }
  }

  const processNow = async (): Promise<EngineProcess> => {
    if (closing !== undefined) throw closed()
    return running ?? start()
  }

  await turns.take(processNow)
  const provenClass = (): NumericClass => {
    if (numericClass !== undefined) return numericClass
    throw new ReverieError('internal', 'the inference process started without a numeric class')
  }

  return {
    get numericClass() {
      return provenClass()
    },
    warm: () => warm,
    proven: (model) => proven.get(model),
    load: (model) =>
      turns.take(async () => {
        await request(await processNow(), { type: 'load', id: nextId++, model })
      }),
    async render(model, spec, { signal, onProgress, inputs = {}, previewEvery = 0 } = {}) {
      checkRequest(model, spec)
      checkImages(spec, inputs)
      return turns.take(async () => {
        const inference = await processNow()
        if (signal?.aborted) throw cancelled()
        const id = nextId++
        const cancel = () => inference.send({ type: 'cancel', id })
        signal?.addEventListener('abort', cancel, { once: true })
        try {
          const { images = new Map(), models = new Map() } = inputs
          const command: Command = {
            type: 'render',
            id,
            model,
            spec,
            inputs: { images: new Map(images), models: new Map(models) },
            previewEvery,
          }
          const answer = await request(inference, command, onProgress)
          // The cancel may cross the finished image on its way.
          if (signal?.aborted) throw cancelled()
          if (answer.type !== 'rendered') {
            throw new ReverieError('internal', `a render was answered with ${answer.type}`)
          }
          return answer.image
        } finally {
          signal?.removeEventListener('abort', cancel)
        }
      }, signal)
    },
    close() {
      closing ??= (async () => {
        await running?.kill()
        await turns.idle()
        await leaving
      })()
      return closing
    },
  }
}
