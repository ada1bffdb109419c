/** A source of Gaussian noise that keeps its place between draws. */
export interface NoiseGenerator {
  /** `count` values of mean 0 and variance 1, float32. */
  randn(count: number): Float32Array
}
