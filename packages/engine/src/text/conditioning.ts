import type { PromptSyntax } from '@reverie/core'

/** What a UNet is told about the text in one row of a call. */
export interface TextCondition {
  /** [tokens, width], row-major. */
  readonly embedding: Float32Array
  /** A multiple of the text encoder's window. */
  readonly tokens: number
  /** SDXL's pooled vector, [width of the pooling encoder]. */
  readonly pooled: Float32Array | undefined
}

/** One part of a prompt joined by AND. */
export interface WeightedCondition {
  readonly condition: TextCondition
  readonly weight: number
}

/** An encoded prompt over a whole run. */
export interface Conditioning {
  /** The parts that count in model call `call`, 0-based; the same array as long as nothing changes. */
  at(call: number): readonly WeightedCondition[]
}

export interface PromptRequest {
  readonly prompt: string
  readonly negativePrompt: string
  /** @defaultValue "a1111" */
  readonly syntax?: PromptSyntax | undefined
  /** 1 is the last layer. @defaultValue the family's own */
  readonly clipSkip?: number | undefined
  /** Model calls of the run: what `[a:b:0.5]` and `[a|b]` are counted in. */
  readonly modelCalls: number
  /** Steps of the run, in which `[a:b:5]` is counted. @defaultValue modelCalls */
  readonly steps?: number | undefined
  /** Steps of the first pass, where this run is the second of a hires fix: numbers in prompts count on from it. @defaultValue 0 */
  readonly stepsBefore?: number | undefined
  /** False where the CFG scale makes the negative prompt count for nothing. */
  readonly isGuided: boolean
}

/** Both prompts of a run; every condition in it has the same number of tokens. */
export interface EncodedPrompts {
  readonly positive: Conditioning
  /** Undefined when the run is not guided. A negative prompt has one part. */
  readonly negative: Conditioning | undefined
  /** Sentences for the artist about what was ignored or cut. */
  readonly notes: readonly string[]
}

/** Turns prompts into what the UNet takes; keeps the embeddings of recent ones. */
export interface Conditioner {
  /** `checkpoint` is awaited before each call of a graph; it throws to stop. */
  encode(request: PromptRequest, checkpoint: () => Promise<void>): Promise<EncodedPrompts>
}
