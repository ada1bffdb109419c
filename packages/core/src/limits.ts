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

/** Bytes of one input picture or mask as an artist sends it. */
export const MAX_INPUT_BYTES: number = 16 * 1024 * 1024

/** Pixels of one input picture: 4096 x 4096. A file that unpacks to more is refused before it is unpacked. */
export const MAX_INPUT_PIXELS: number = 4096 * 4096

/** What a result may say to its artist: sentences, and characters of each. */
export const NOTE_LIMITS = { notes: 20, chars: 300 } as const

/** Bytes of one preview: it travels with the progress of every few steps. */
export const MAX_PREVIEW_BYTES: number = 24 * 1024
