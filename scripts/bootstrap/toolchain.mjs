import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import { Failure } from './failure.mjs'
import { runTool } from './tool.mjs'

/** The oldest Node that runs the sources as they are. */
const NODE_MAJOR = 24
const READY = 'ready.json'

const platform = `${process.platform}-${process.arch}`

async function needed() {
  const table = JSON.parse(await readFile(new URL('./toolchain.json', import.meta.url), 'utf8'))
  const own = Number(process.versions.node.split('.')[0]) >= NODE_MAJOR
  const [node, pnpm] = [table.node[platform], table.pnpm[platform]]
  if (!pnpm || !(own || node)) throw unsupported(platform)
  return own ? { pnpm } : { node, pnpm }
}

const unsupported = (what) =>
  new Failure(`this platform (${what}) is not supported`, {
    fix: 'use x64 or arm64 Linux with glibc, macOS on Apple silicon, or x64 Windows',
  })

function refuseMusl() {
  if (process.platform !== 'linux') return
  process.report.excludeNetwork = true
  if (!process.report.getReport().header.glibcVersionRuntime) throw unsupported('Linux with musl')
}

/** A lock of exactly these packages: npm refuses a tarball with another hash. */
const lockOf = (packages) => ({
  name: 'toolchain',
  lockfileVersion: 3,
  packages: {
    '': { dependencies: Object.fromEntries(packages.map((each) => [each.name, each.version])) },
    ...Object.fromEntries(
      packages.map(({ name, version, integrity }) => [
        `node_modules/${name}`,
        { version, integrity },
      ]),
    ),
  },
})

/** npm as the one that started us, else the one on the PATH. */
function npmCommand() {
  const script = process.env.npm_execpath
  if (script && basename(script) === 'npm-cli.js') {
    return { command: process.execPath, args: [script], shell: false }
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' }
}

async function download(folder, packages, step) {
  refuseMusl()
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const lock = lockOf(packages)
  const manifest = { private: true, dependencies: lock.packages[''].dependencies }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock))
  const npm = npmCommand()
  step('from the npm registry')
  await runTool(
    npm.command,
    [
      ...npm.args,
      'ci',
      `--prefix=${folder}`,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      // Say within seconds, not minutes, that there is no registry.
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=1000',
      '--fetch-retry-maxtimeout=2000',
    ],
    { doing: 'fetching Node and pnpm', cwd: folder, env: process.env, shell: npm.shell },
  )
}

/** What every program of the checkout starts with. */
function environment(root, folders) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const path = [...folders, join(root, 'node_modules/.bin'), process.env[name]]
  return {
    ...process.env,
    [name]: path.join(delimiter),
    // The native runtime's CPU files ship inside its package; its install script would fetch GPU files from elsewhere.
    ONNXRUNTIME_NODE_INSTALL: 'skip',
    TURBO_TELEMETRY_DISABLED: '1',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules/.cache/compile'),
  }
}

/**
 * What has to be in .toolchain for the Node that runs us.
 * @public read by tests
 */
export async function toolchainPlan(root) {
  const folder = join(root, '.toolchain')
  const wanted = await needed()
  const place = ({ name, file }) => join(folder, 'node_modules', name, file)
  const programs = Object.values(wanted).map((each) => ({ ...each, path: place(each) }))
  const title = Object.entries(wanted)
    .map(([what, { version }]) => `${what} ${version}`)
    .join(' and ')
  const node = wanted.node ? place(wanted.node) : process.execPath
  return { folder, programs, node, pnpm: place(wanted.pnpm), title }
}

const keyOf = ({ name, version }) => `${name}@${version}`

/**
 * The stamp of a toolchain that is complete: its programs and their sizes, so that one that was cut off or emptied is
 * brought again. `node`: where apps/cli finds the one that was brought, if any.
 * @public read by tests
 */
export async function readyStamp({ folder, programs, node }) {
  const sizes = await Promise.all(
    programs.map(async (each) => [keyOf(each), (await stat(each.path)).size]),
  )
  const brought = programs.some(({ path }) => path === node) ? relative(folder, node) : undefined
  return JSON.stringify({ programs: Object.fromEntries(sizes), node: brought })
}

/**
 * More than what is needed will do: the Node that was brought runs us again, for `pnpm check` in `npm run tool`, and needs
 * none; to fetch again would take it away from under itself.
 */
async function isReady({ folder, programs }) {
  try {
    const stamp = JSON.parse(await readFile(join(folder, READY), 'utf8'))
    for (const each of programs) {
      if (stamp.programs[keyOf(each)] !== (await stat(each.path)).size) return false
    }
    return true
  } catch {
    return false
  }
}

/**
 * Makes sure that Node 24 and pnpm are in .toolchain, and says where.
 * @returns {Promise<{ node: string, pnpm: string, env: NodeJS.ProcessEnv }>}
 */
export async function ensureToolchain(root, steps) {
  const plan = await toolchainPlan(root)
  const { folder, programs, node, pnpm, title } = plan
  if (!(await isReady(plan))) {
    await steps.run(title, async (step) => {
      try {
        await download(folder, programs, step)
        await writeFile(join(folder, READY), await readyStamp(plan))
      } catch (error) {
        if (error instanceof Failure) throw error
        throw new Failure(`${folder} cannot be written (${error.code ?? error.message})`, {
          fix: 'clone into a folder you own, on a disk with about 2 GB free; root is never needed',
        })
      }
    })
  }
  return { node, pnpm, env: environment(root, [dirname(node), dirname(pnpm)]) }
}
