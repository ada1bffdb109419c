/** Bounds of a render that hold for every model; a model's manifest narrows them. */
export const RENDER_LIMITS = {
  /** Characters of a prompt or negative prompt. */
  promptChars: 8_000,
  /** Pixels per side. */
  side: { min: 32, max: 4_096 },
  steps: { min: 1, max: 500 },
  cfgScale: { min: 1, max: 100 },
  /** Images of one render. */
  images: { min: 1, max: 100 },
} as const

/** Bytes of one finished image file: a 4096 x 4096 PNG of noise is about 50 MB; what the network carries stays under this. */
export const MAX_IMAGE_BYTES: number = 32 * 1024 * 1024
