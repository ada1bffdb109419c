/**
 * A float32 array kept between calls and replaced only when its length changes, so that a run of equal steps allocates
 * once.
 */
export function createReusableBuffer(): (length: number) => Float32Array {
  let buffer = new Float32Array(0)
  return (length) => {
    if (buffer.length !== length) buffer = new Float32Array(length)
    return buffer
  }
}
