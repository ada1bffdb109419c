import { spawn } from 'node:child_process'
import { explain, Failure } from './failure.mjs'

/** Bytes of output kept to explain a failure. */
const KEPT = 64 * 1024

/**
 * Runs a tool to its end without showing its output. Ctrl-C ends the tool with us.
 * @param {{ doing: string, cwd: string, env: NodeJS.ProcessEnv, shell?: boolean, onLine?: (line: string) => void }} options
 * @throws Failure that explains the tool's output
 */
export function runTool(command, args, { doing, cwd, env, shell = false, onLine }) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] })
    let kept = ''
    let rest = ''
    const read = (chunk) => {
      kept = (kept + chunk).slice(-KEPT)
      if (!onLine) return
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    const stop = () => child.kill('SIGTERM')
    process.once('SIGINT', stop).once('SIGTERM', stop)
    const settle = (finish) => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      finish()
    }
    child.on('error', (error) => settle(() => fail(explain(doing, String(error)))))
    child.on('close', (code, signal) =>
      settle(() => {
        if (code === 0) done(undefined)
        else if (signal) fail(new Failure(`${doing} was interrupted`, { fix: 'run it again' }))
        else fail(explain(doing, kept))
      }),
    )
  })
}
