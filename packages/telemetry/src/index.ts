export {
  createLogger,
  type LogDestination,
  type LoggerOptions,
  type LogLevel,
} from './logger.ts'
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts'
export { redact } from './redact.ts'
