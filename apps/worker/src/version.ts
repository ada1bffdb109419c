import manifest from '../package.json' with { type: 'json' }

/** What this program calls itself towards coordinators, e.g. "reverie-worker/0.1.0". */
export const WORKER_SOFTWARE: string = `reverie-worker/${manifest.version}`
