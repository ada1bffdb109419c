export { encodePng } from './encode-png.ts'
export { type InspectLimits, inspectPng } from './inspect-png.ts'
export { formatParameters, type ImageParameters } from './parameters.ts'
