/** Most that a render may take, over the sum of the runtime's own calls: what a device waits for us. */
export const MAX_OVERHEAD = 1.02
