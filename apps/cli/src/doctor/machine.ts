import { randomUUID } from 'node:crypto'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { arch, availableParallelism, cpus, freemem, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import { bytesText } from '../terminal/bytes.ts'
import { type Finding, note, ok, problem } from './finding.ts'

const NODE_MAJOR = 24
/** Platforms that the native runtime ships CPU binaries for. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64']
/** The demo model's peak, the coordinator's database and Node itself. */
const MIN_MEMORY = 2e9
const MIN_DISK = 1e9

export function checkNode(version: string = process.versions.node): Finding {
  return Number(version.split('.')[0]) >= NODE_MAJOR
    ? ok('node', version)
    : problem('node', version, `install Node ${NODE_MAJOR}, or run \`npm start\`, which brings it`)
}

export function checkPlatform(name = `${platform()}-${arch()}`): Finding {
  return PLATFORMS.includes(name)
    ? ok('platform', name)
    : problem(
        'platform',
        `${name}: the native runtime has no files for it`,
        `use ${PLATFORMS.join(', ')}`,
      )
}

export function checkProcessor(): Finding {
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  return ok('cpu', `${model}, ${availableParallelism()} usable`)
}

export function checkMemory(total = totalmem(), free = freemem()): Finding {
  const text = `${bytesText(total)}, ${bytesText(free)} free`
  return total >= MIN_MEMORY
    ? ok('memory', text)
    : problem(
        'memory',
        text,
        `${bytesText(MIN_MEMORY)} are needed; close programs or use another machine`,
      )
}

/** Whether the data folder can be written, and what room it has. */
export async function checkDataFolder(home: string): Promise<Finding[]> {
  const probe = join(home, `.doctor-${randomUUID()}`)
  try {
    await mkdir(home, { recursive: true })
    await writeFile(probe, 'x')
    await rm(probe)
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    return [
      problem(
        'data',
        `${home} cannot be written (${why})`,
        'choose another with --data or REVERIE_HOME',
      ),
    ]
  }
  const { bavail, bsize } = await statfs(home)
  const free = bavail * bsize
  return [
    ok('data', `${home} can be written`),
    free >= MIN_DISK
      ? ok('disk', `${bytesText(free)} free`)
      : problem(
          'disk',
          `${bytesText(free)} free`,
          `free ${bytesText(MIN_DISK)}, or choose another folder with --data`,
        ),
  ]
}

/** Whether a port of `up` is free. One that our own coordinator holds is no problem. */
export async function checkPort(port: number, what: string, isOurs: boolean): Promise<Finding> {
  const name = `port ${port}`
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => done(error))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => done(undefined)))
  })
  if (failure === undefined) return ok(name, `free (${what})`)
  return isOurs
    ? note(name, `in use by the coordinator that runs (${what})`)
    : problem(
        name,
        `${failure.code === 'EADDRINUSE' ? 'in use by another program' : failure.message} (${what})`,
        'stop that program, or start `up` with --port and --listen-port',
      )
}
