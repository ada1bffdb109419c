import { type GraphCursor, openGraphCursor, type ProtoField } from './graph-cursor.ts'

/** An input of a graph. */
interface GraphInput {
  readonly name: string
  /** TensorProto.DataType. */
  readonly type: number
  /** A number where the size is fixed. */
  readonly dims: readonly (number | undefined)[]
}

/** What a graph says about itself without its weights. */
export interface GraphFacts {
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly string[]
  /** Files beside it that hold weights, as the graph spells them. */
  readonly locations: readonly string[]
  /** Operators that occur, e.g. "Conv", "com.microsoft.Attention". */
  readonly operators: ReadonlySet<string>
  /** Bytes of weights by TensorProto.DataType, inside the graph and beside it. */
  readonly weights: ReadonlyMap<number, number>
}

/** TensorProto.DataType: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export const DATA_TYPE = { float: 1, uint8: 2, int8: 3, float16: 10, bfloat16: 16 } as const

/** Bytes of a value where it is not four. */
const BYTES: Readonly<Record<number, number>> = {
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  13: 8,
  16: 2,
  17: 1,
  18: 1,
  19: 1,
  20: 1,
  21: 0.5,
  22: 0.5,
}

/** Numbers of the fields in onnx.proto. */
const MODEL = { graph: 7, functions: 25 }
const FUNCTION = { node: 7 }
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 }
const NODE = { operator: 4, attribute: 5, domain: 7 }
const ATTRIBUTE = { tensor: 5, graph: 6 }
const TENSOR = { dims: 1, type: 2, external: 13 }
const ENTRY = { key: 1, value: 2 }
const VALUE = { name: 1, type: 2 }
const MAX_DEPTH = 8

/**
 * Reads what can be read of an ONNX graph without its weights: a graph of a gigabyte takes as long as one of its nodes.
 * @param shown named in errors
 * @throws ReverieError `model_invalid`, `model_file_missing`
 */
export async function readGraphFacts(path: string, shown: string): Promise<GraphFacts> {
  const cursor = await openGraphCursor(path, shown)
  try {
    return await new GraphReader(cursor).read()
  } finally {
    await cursor.close()
  }
}

class GraphReader {
  readonly #cursor: GraphCursor
  readonly #inputs: GraphInput[] = []
  readonly #outputs: string[] = []
  readonly #locations = new Set<string>()
  readonly #operators = new Set<string>()
  readonly #weights = new Map<number, number>()

  constructor(cursor: GraphCursor) {
    this.#cursor = cursor
  }

  async read(): Promise<GraphFacts> {
    for await (const field of this.#cursor.fields(0, this.#cursor.bytes)) {
      if (field.number === MODEL.graph) await this.#graph(field, 0)
      if (field.number === MODEL.functions) await this.#function(field)
    }
    return {
      inputs: this.#inputs,
      outputs: this.#outputs,
      locations: [...this.#locations],
      operators: this.#operators,
      weights: this.#weights,
    }
  }

  async #graph(graph: ProtoField, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) return
    const weightNames = new Set<string>()
    const inputs: GraphInput[] = []
    for await (const field of this.#within(graph)) {
      if (field.number === GRAPH.node) await this.#node(field, depth)
      else if (field.number === GRAPH.initializer) weightNames.add(await this.#tensor(field))
      else if (field.number === GRAPH.input) inputs.push(await this.#value(field))
      else if (field.number === GRAPH.output && depth === 0) {
        this.#outputs.push((await this.#value(field)).name)
      }
    }
    // Old exporters list weights among the inputs.
    if (depth === 0) this.#inputs.push(...inputs.filter(({ name }) => !weightNames.has(name)))
  }

  async #function(field: ProtoField): Promise<void> {
    for await (const each of this.#within(field)) {
      if (each.number === FUNCTION.node) await this.#node(each, 1)
    }
  }

  async #node(node: ProtoField, depth: number): Promise<void> {
    let operator = ''
    let domain = ''
    for await (const field of this.#within(node)) {
      if (field.number === NODE.operator) operator = await this.#text(field)
      else if (field.number === NODE.domain) domain = await this.#text(field)
      else if (field.number === NODE.attribute) await this.#attribute(field, depth)
    }
    this.#operators.add(domain === '' || domain === 'ai.onnx' ? operator : `${domain}.${operator}`)
  }

  async #attribute(attribute: ProtoField, depth: number): Promise<void> {
    for await (const field of this.#within(attribute)) {
      if (field.number === ATTRIBUTE.tensor && field.length > 0) await this.#tensor(field)
      if (field.number === ATTRIBUTE.graph && field.length > 0) await this.#graph(field, depth + 1)
    }
  }

  /** Counts a tensor and resolves with its name. */
  async #tensor(tensor: ProtoField): Promise<string> {
    let values = 1
    let type = 0
    let name = ''
    for await (const field of this.#within(tensor)) {
      if (field.number === TENSOR.dims) {
        const dims =
          field.value === undefined ? varints(await this.#cursor.read(field)) : [field.value]
        for (const dim of dims) values *= dim
      } else if (field.number === TENSOR.type) type = field.value ?? 0
      else if (field.number === 8) name = await this.#text(field)
      else if (field.number === TENSOR.external) await this.#external(field)
    }
    const bytes = values * (BYTES[type] ?? 4)
    if (Number.isSafeInteger(Math.ceil(bytes))) {
      this.#weights.set(type, (this.#weights.get(type) ?? 0) + bytes)
    }
    return name
  }

  async #external(entry: ProtoField): Promise<void> {
    let key = ''
    let value = ''
    for await (const field of this.#within(entry)) {
      if (field.number === ENTRY.key) key = await this.#text(field)
      if (field.number === ENTRY.value) value = await this.#text(field)
    }
    if (key === 'location') this.#locations.add(value)
  }

  async #value(field: ProtoField): Promise<GraphInput> {
    let name = ''
    let type = 0
    const dims: (number | undefined)[] = []
    for await (const each of this.#within(field)) {
      if (each.number === VALUE.name) name = await this.#text(each)
      if (each.number !== VALUE.type) continue
      for await (const tensorType of this.#within(each)) {
        if (tensorType.number !== 1) continue
        for await (const part of this.#within(tensorType)) {
          if (part.number === 1) type = part.value ?? 0
          if (part.number === 2) await this.#dims(part, dims)
        }
      }
    }
    return { name, type, dims }
  }

  async #dims(shape: ProtoField, dims: (number | undefined)[]): Promise<void> {
    for await (const dim of this.#within(shape)) {
      if (dim.number !== 1) continue
      let size: number | undefined
      for await (const part of this.#within(dim)) if (part.number === 1) size = part.value
      dims.push(size)
    }
  }

  #within({ start, length }: ProtoField): AsyncGenerator<ProtoField> {
    return this.#cursor.fields(start, start + length)
  }

  async #text(field: ProtoField): Promise<string> {
    return (await this.#cursor.read(field)).toString('utf8')
  }
}

/** Packed numbers. */
function varints(bytes: Buffer): number[] {
  const numbers: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte >= 0x80) continue
    numbers.push(value)
    value = 0
    scale = 1
  }
  return numbers
}
