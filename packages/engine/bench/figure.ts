/** One measured number. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What is asked for, where something is; `atMost` decides which side is good. */
  readonly target?: number
  readonly atMost?: boolean
  /** Title of the table it stands in. */
  readonly table?: string
  /** Its row there, where the table has a column per name. */
  readonly row?: string
}

/** What a bench may be asked for, and how it talks while it runs. */
export interface BenchOptions {
  /** Also what takes minutes and gigabytes. */
  readonly isFull: boolean
  /** Says what is being done. */
  readonly progress: (line: string) => void
  /** A sentence that belongs to the figures: what was left out, and why. */
  readonly note: (line: string) => void
}
