// Pulls a model in a process of its own, which a test then kills.
import { pullRepo } from './pulling.ts'

const [models = '', endpoint = ''] = process.argv.slice(2)
await pullRepo('a/tiny', { models, endpoint: new URL(endpoint) })
