import manifest from '../package.json' with { type: 'json' }

/** This release, e.g. "0.1.0". */
export const COORDINATOR_VERSION: string = manifest.version
