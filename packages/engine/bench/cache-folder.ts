import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Where this system keeps files that can be made again; our own folder there. XDG_CACHE_HOME is heard everywhere, as it is
 * what people set; a relative one is not, as the XDG base directory specification asks.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: named = '', LOCALAPPDATA: local } = environment
  return join(isAbsolute(named) ? named : systemCache(local), 'reverie')
}

function systemCache(local: string | undefined): string {
  switch (process.platform) {
    case 'win32':
      return local ?? join(homedir(), 'AppData', 'Local')
    case 'darwin':
      return join(homedir(), 'Library', 'Caches')
    default:
      return join(homedir(), '.cache')
  }
}
