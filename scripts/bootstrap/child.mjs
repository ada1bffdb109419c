import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { explain } from './failure.mjs'

/**
 * One press of Ctrl-C reaches us up to twice (from the terminal, and passed on by npm), and the child once by itself.
 * What comes within this time is the same press.
 */
const SAME_PRESS_MS = 1_000

/** How often we look whether whoever started us is still there. */
const PARENT_CHECK_MS = 500

/**
 * Runs the program with our terminal, passes signals on, waits for it to finish its way out. Stops it
 * politely, too, when our parent is gone: the shell that npm puts between us dies of a signal without passing it on.
 * @returns {Promise<number>} its exit code, 128 + n when signal n ended it
 */
export function runChild(command, args, { cwd, env }) {
  return new Promise((done, fail) => {
    const shell = process.platform === 'win32' && !command.endsWith('.exe')
    const child = spawn(command, args, { cwd, env, shell, stdio: 'inherit' })
    const last = new Map()
    const pass = (signal) => {
      const now = performance.now()
      if (now - (last.get(signal) ?? -SAME_PRESS_MS) < SAME_PRESS_MS) return
      last.set(signal, now)
      child.kill(signal)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => pass(signal))
    const parent = process.ppid
    const watch = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(watch)
      pass('SIGTERM')
    }, PARENT_CHECK_MS)
    watch.unref()
    child.on('error', (error) => fail(explain(`starting ${command}`, String(error))))
    child.on('exit', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}
