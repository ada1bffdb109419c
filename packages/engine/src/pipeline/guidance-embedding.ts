/** Longest wavelength of the embedding over the shortest. */
const LONGEST = 10_000

/**
 * The guidance scale as a distilled model (LCM) takes it: sines, then cosines, of 1000 w at `width / 2` frequencies, where
 * w is the CFG scale minus 1 (Luo et al., "Latent Consistency Models", 2023; Meng et al., "On Distillation of Guided
 * Diffusion Models", 2023). An odd `width` ends with a zero.
 * @param into [width]
 */
export function writeGuidanceEmbedding(cfgScale: number, into: Float32Array): void {
  const half = Math.floor(into.length / 2)
  // Rounded where the reference rounds: at thousands of radians, a float64 angle gives other sines than it was trained with.
  const angle = Math.fround((cfgScale - 1) * 1000)
  const decay = Math.fround(Math.log(LONGEST) / Math.max(1, half - 1))
  into.fill(0)
  for (let i = 0; i < half; i++) {
    const frequency = Math.fround(Math.exp(Math.fround(-i * decay)))
    const turned = Math.fround(angle * frequency)
    into[i] = Math.sin(turned)
    into[half + i] = Math.cos(turned)
  }
}
