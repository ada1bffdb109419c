import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from './failure.mjs'
import { runTool } from './tool.mjs'

const STAMP = 'node_modules/.bootstrap'

/**
 * Hash of everything that decides what an install would do.
 * @public read by tests
 */
export async function fingerprint(root, tools) {
  const folders = ['.']
  for (const group of ['packages', 'apps']) {
    for (const name of (await readdir(join(root, group))).toSorted())
      folders.push(`${group}/${name}`)
  }
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...folders.map((f) => `${f}/package.json`),
  ]
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${tools.pnpm}\n`)
  for (const file of files) {
    hash.update(file).update(await readFile(join(root, file)).catch(() => ''))
  }
  return hash.digest('hex')
}

/** Follows pnpm's NDJSON log: how many packages are in place of how many. */
function createProgress(step) {
  const counts = { resolved: 0, imported: 0 }
  const errors = []
  return {
    errors,
    read(line) {
      let entry
      try {
        entry = JSON.parse(line)
      } catch {
        if (line.trim() !== '') errors.push(line)
        return
      }
      if (entry.level === 'error') errors.push(`${entry.code ?? ''} ${entry.message ?? ''}`)
      if (entry.name !== 'pnpm:progress' || !(entry.status in counts)) return
      counts[entry.status]++
      step(`${counts.imported} of ${counts.resolved}`)
    },
  }
}

/** A registry chosen for npm holds for pnpm too, and one that is not there is told within half a minute. */
const pnpmEnvironment = (env) => ({
  ...(env.npm_config_registry && { pnpm_config_registry: env.npm_config_registry }),
  // pnpm asks about a dozen things in turn before it gives up, each with these waits.
  pnpm_config_fetch_retries: '2',
  pnpm_config_fetch_retry_factor: '2',
  pnpm_config_fetch_retry_mintimeout: '500',
  pnpm_config_fetch_retry_maxtimeout: '2000',
  ...env,
})

/** Installs the packages of the lockfile, unless nothing changed since the last time that worked. */
export async function ensureInstalled(root, tools, steps) {
  const wanted = await fingerprint(root, tools)
  const stamp = join(root, STAMP)
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return
  await steps.run('packages', async (step) => {
    // One that is interrupted leaves a mixture, which the old stamp must not vouch for.
    await rm(stamp, { force: true })
    const progress = createProgress(step)
    try {
      await runTool(
        tools.pnpm,
        ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=ndjson'],
        {
          doing: 'installing packages',
          cwd: root,
          env: pnpmEnvironment(tools.env),
          onLine: progress.read,
        },
      )
    } catch (error) {
      if (progress.errors.length > 0) error.details = progress.errors.slice(-4).join('\n')
      throw error
    }
    await writeFile(stamp, wanted).catch((error) => {
      throw new Failure(`${stamp} cannot be written (${error.code})`)
    })
  })
}
