/** Embeddings kept per model: about 240 KB each for Stable Diffusion 1. */
const CAPACITY = 32

/** Remembers the embeddings of recent prompts; the least recently used goes first. */
export interface PromptCache {
  get(prompt: string, make: () => Promise<Float32Array>): Promise<Float32Array>
}

export function createPromptCache(): PromptCache {
  const entries = new Map<string, Float32Array>()
  return {
    async get(prompt, make) {
      const embedding = entries.get(prompt) ?? (await make())
      // A Map keeps insertion order: inserting again makes the entry the youngest.
      entries.delete(prompt)
      entries.set(prompt, embedding)
      const [oldest] = entries.keys()
      if (entries.size > CAPACITY && oldest !== undefined) entries.delete(oldest)
      return embedding
    },
  }
}
