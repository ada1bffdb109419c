import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What reference.py is told. */
export interface ReferenceTask {
  readonly folder: string
  readonly threads: number
  readonly width: number
  readonly height: number
  readonly cfgScale: number
  /** One more than there are steps; the last is 0. */
  readonly sigmas: readonly number[]
  /** One per step. */
  readonly timesteps: readonly number[]
  readonly vaeScale: number
  /** Tokens of the negative prompt and of the prompt. */
  readonly ids: readonly (readonly number[])[]
}

/** Milliseconds of a render, of the runtime's calls in it, and of all cores together. */
export interface RenderTimes {
  readonly wall: number
  readonly runs: number
  readonly cpu: number
}

/** The graphs in a Python process, loaded and waiting. */
export interface Reference {
  /** Python's name and version of the runtime. */
  readonly runtime: string
  render(): Promise<RenderTimes>
  close(): void
}

/** The interpreter that has what the reference needs, or why there is none. */
export async function findPython(): Promise<
  { readonly python: string } | { readonly why: string }
> {
  const python = process.env.REVERIE_BENCH_PYTHON ?? 'python3'
  try {
    await promisify(execFile)(python, ['-c', 'import onnxruntime, numpy'])
    return { python }
  } catch (error) {
    const why = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : ''
    return { why: `${python} cannot import onnxruntime and numpy: ${why}` }
  }
}

/** Starts reference.py; its errors go where ours go. */
export async function startReference(python: string, task: ReferenceTask): Promise<Reference> {
  const script = fileURLToPath(new URL('reference.py', import.meta.url))
  const child = spawn(python, [script, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const line = await lines.next()
    if (line.done === true) throw new Error(`${script} ended early; its own message is above`)
    return JSON.parse(line.value)
  }
  const { runtime } = await next()
  return {
    runtime,
    render() {
      child.stdin.write('render\n')
      return next()
    },
    close: () => child.stdin.end(),
  }
}
