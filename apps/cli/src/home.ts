import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = '.reverie'

/** The same from src and from dist: both lie in apps/cli/. Undefined where the package is installed from a registry. */
const checkout = ((): string | undefined => {
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  return existsSync(join(root, 'pnpm-workspace.yaml')) ? root : undefined
})()

/** How people type the command. */
export const selfName: string = checkout === undefined ? 'reverie' : 'npx reverie'

/** Where data lives: `--data`, else REVERIE_HOME, else .reverie in the checkout, else in the user's home. */
export function homeFolder(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return resolve(given || env.REVERIE_HOME || join(checkout ?? homedir(), FOLDER))
}
