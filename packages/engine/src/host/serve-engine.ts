import { type ManifestCid, ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import type { ModelCall } from '../pipeline/timed-session.ts'
import type { DeviceEngine } from './device-engine.ts'
import { Command, type ProcessOptions, type Report, RequestId } from './messages.ts'

/** One inference process, seen from inside. */
export interface EngineServer {
  /** Takes one message of the engine; one that is no {@link Command} is answered with `internal`. */
  receive(message: unknown): void
}

export interface EngineServerModules {
  readonly send: (report: Report) => void
  /** Called once, by the first message. */
  readonly createEngine: (
    options: ProcessOptions,
    onCall: (call: ModelCall) => void,
  ) => Promise<DeviceEngine>
}

/** Characters of an error: names in hostile files are as long as their authors like. */
const MAX_MESSAGE = 2_000

/** Turns messages into calls of an engine, and their outcome into messages. */
export function serveEngine({ send, createEngine }: EngineServerModules): EngineServer {
  const renders = new Map<number, AbortController>()
  let engine: Promise<DeviceEngine> | undefined
  /** Models that were named to this process. */
  const known = new Set<ManifestCid>()

  const fail = (error: unknown, id?: number) => {
    const object = ReverieError.from(error, 'engine_failed').toObject()
    const message = object.message.slice(0, MAX_MESSAGE)
    send({ type: 'failed', ...(id === undefined ? {} : { id }), error: { ...object, message } })
  }

  const start = async (options: ProcessOptions) => {
    engine = createEngine(options, (call) => send({ type: 'called', call }))
    send({ type: 'ready', numericClass: (await engine).numericClass })
  }

  const ready = (): Promise<DeviceEngine> =>
    engine ?? Promise.reject(new ReverieError('internal', 'the first message must be "start"'))

  /** Says what the engine holds, also after a failure: short of memory it may have let models go. */
  const holding = async <T>(
    model: ManifestCid,
    work: (engine: DeviceEngine) => Promise<T>,
  ): Promise<T> => {
    const current = await ready()
    known.add(model)
    try {
      return await work(current)
    } finally {
      const proven = [...known].flatMap((each) => {
        const pixels = current.proven(each)
        return pixels === undefined ? [] : [{ model: each, pixels }]
      })
      send({ type: 'holds', warm: [...current.warm()], proven })
    }
  }

  const render = async (command: Extract<Command, { type: 'render' }>) => {
    const { id, model, spec, inputs = {}, previewEvery = 0 } = command
    const controller = new AbortController()
    renders.set(id, controller)
    try {
      const { images = new Map(), models = new Map() } = inputs
      const image = await holding(model.cid, (current) =>
        current.render(model, spec, {
          inputs: { images, models },
          previewEvery,
          signal: controller.signal,
          onProgress: (progress) => send({ type: 'progress', id, ...progress }),
        }),
      )
      send({
        type: 'rendered',
        id,
        image: { ...image, trajectory: [...image.trajectory], notes: [...image.notes] },
      })
    } finally {
      renders.delete(id)
    }
  }

  const obey = async (command: Command): Promise<void> => {
    switch (command.type) {
      case 'start':
        return start(command.options)
      case 'load':
        await holding(command.model.cid, (current) => current.load(command.model))
        return send({ type: 'loaded', id: command.id })
      case 'render':
        return render(command)
      case 'cancel':
        return renders.get(command.id)?.abort()
    }
  }

  return {
    receive(message) {
      const command = Command.safeParse(message)
      if (!command.success) return fail(unreadable(command.error), idOf(message))
      const { data } = command
      obey(data).catch((error: unknown) => fail(error, 'id' in data ? data.id : undefined))
    },
  }
}

const Numbered = z.object({ id: RequestId })

function idOf(message: unknown): number | undefined {
  const numbered = Numbered.safeParse(message)
  return numbered.success ? numbered.data.id : undefined
}

function unreadable({ issues: [issue] }: z.core.$ZodError): ReverieError {
  const field = issue?.path.join('.') || '(root)'
  const why = issue?.message ?? 'invalid'
  return new ReverieError(
    'internal',
    `the inference process cannot read what it was asked: field ${field}: ${why}`,
    { field },
  )
}
