#!/usr/bin/env node
// Finds a Node that runs the command (24 or newer) and hands over to it: the sources in a checkout, dist elsewhere.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR = 24
const packageRoot = fileURLToPath(new URL('..', import.meta.url))
const checkout = join(packageRoot, '../..')

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath
  try {
    // Written by scripts/bootstrap when it brought a Node of its own.
    const { node } = JSON.parse(readFileSync(join(checkout, '.toolchain/ready.json'), 'utf8'))
    const path = node && join(checkout, '.toolchain', node)
    return path && existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

const node = findNode()
if (!node) {
  console.error(
    `✘ reverie needs Node ${NODE_MAJOR} or newer; this is Node ${process.versions.node}\n` +
      '  fix: in a checkout run `npm start` once, which brings one; elsewhere install it from https://nodejs.org',
  )
  process.exit(1)
}

const source = join(packageRoot, 'src/main.ts')
const isCheckout = existsSync(source) && existsSync(join(checkout, 'pnpm-workspace.yaml'))
const args = isCheckout
  ? ['--conditions=reverie-source', source, ...process.argv.slice(2)]
  : [join(packageRoot, 'dist/main.js'), ...process.argv.slice(2)]
const env = isCheckout
  ? { NODE_COMPILE_CACHE: join(checkout, 'node_modules/.cache/compile'), ...process.env }
  : process.env

if (process.execve) {
  // Becomes the other program: no process in between that signals and exit codes would have to pass.
  process.execve(node, [node, ...args], env)
} else {
  const child = spawn(node, args, { env, stdio: 'inherit' })
  // A terminal sends Ctrl-C to both of us; passing it on would count twice.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`✘ ${node} cannot be started: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = code ?? 1
  })
}
