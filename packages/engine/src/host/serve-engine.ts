import { type ImageEngine, ReverieError } from '@reverie/core'
import type { ModelCall } from '../pipeline/timed-session.ts'
import { Command, type ProcessOptions, type Report } from './messages.ts'

/** One inference process, seen from inside. */
export interface EngineServer {
  /** Takes one message of the engine. @throws when it is not a {@link Command} */
  receive(message: unknown): void
}

export interface EngineServerModules {
  readonly send: (report: Report) => void
  /** Called once, by the first message. */
  readonly createEngine: (
    options: ProcessOptions,
    onCall: (call: ModelCall) => void,
  ) => Promise<ImageEngine>
}

/** Turns messages into calls of an engine, and their outcome into messages. */
export function serveEngine({ send, createEngine }: EngineServerModules): EngineServer {
  const renders = new Map<number, AbortController>()
  let engine: Promise<ImageEngine> | undefined

  const fail = (error: unknown, id?: number) => {
    const object = ReverieError.from(error, 'engine_failed').toObject()
    send({ type: 'failed', ...(id === undefined ? {} : { id }), error: object })
  }

  const start = async (options: ProcessOptions) => {
    engine = createEngine(options, (call) => send({ type: 'called', call }))
    send({ type: 'ready', numericClass: (await engine).numericClass })
  }

  const ready = (): Promise<ImageEngine> =>
    engine ?? Promise.reject(new ReverieError('internal', 'the first message must be "start"'))

  const render = async ({ id, model, spec }: Extract<Command, { type: 'render' }>) => {
    const controller = new AbortController()
    renders.set(id, controller)
    try {
      const image = await (await ready()).render(model, spec, {
        signal: controller.signal,
        onProgress: (progress) => send({ type: 'progress', id, ...progress }),
      })
      send({ type: 'rendered', id, image: { ...image, trajectory: [...image.trajectory] } })
    } finally {
      renders.delete(id)
    }
  }

  const obey = async (command: Command): Promise<void> => {
    switch (command.type) {
      case 'start':
        return start(command.options)
      case 'load':
        await (await ready()).load(command.model)
        return send({ type: 'loaded', id: command.id })
      case 'render':
        return render(command)
      case 'cancel':
        return renders.get(command.id)?.abort()
    }
  }

  return {
    receive(message) {
      const command = Command.parse(message)
      obey(command).catch((error: unknown) => fail(error, 'id' in command ? command.id : undefined))
    },
  }
}
