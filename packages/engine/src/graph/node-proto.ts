import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import {
  bytesField,
  integerField,
  integerOf,
  integersOf,
  joined,
  notAGraph,
  textField,
  textOf,
  type WireField,
  wireFields,
} from './wire-fields.ts'

/** Numbers of NodeProto's fields. */
const FIELD = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const

/** One operator call of a graph. */
export interface GraphNode {
  readonly name: string
  readonly opType: string
  /** Empty for ONNX's own operators. */
  readonly domain: string
  /** Names of tensors; empty where an optional one is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Each an AttributeProto: read on demand, most are never needed. */
  readonly attributes: readonly Uint8Array[]
  readonly fields: readonly WireField[]
}

export function parseNode(bytes: Uint8Array, file: string): GraphNode {
  const fields = wireFields(bytes, file)
  const node = { name: '', opType: '', domain: '' }
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: Uint8Array[] = []
  for (const field of fields) {
    if (field.type !== WireType.LengthDelimited) continue
    if (field.number === FIELD.input) inputs.push(textOf(field))
    else if (field.number === FIELD.output) outputs.push(textOf(field))
    else if (field.number === FIELD.name) node.name = textOf(field)
    else if (field.number === FIELD.opType) node.opType = textOf(field)
    else if (field.number === FIELD.domain) node.domain = textOf(field)
    else if (field.number === FIELD.attribute) attributes.push(field.value)
  }
  return { ...node, inputs, outputs, attributes, fields }
}

/** The value of a node's attribute, by the kinds that are asked for here. */
export interface Attribute {
  readonly float: number | undefined
  readonly int: number | undefined
  readonly ints: readonly number[]
  /** A TensorProto. */
  readonly tensor: Uint8Array | undefined
}

export function attributeOf(node: GraphNode, name: string, file: string): Attribute | undefined {
  for (const bytes of node.attributes) {
    const fields = wireFields(bytes, file)
    const of = (number: number) => fields.filter((field) => field.number === number)
    const [label] = of(1)
    if (label === undefined || textOf(label) !== name) continue
    const [float] = of(2)
    const [int] = of(3)
    if (float !== undefined && float.value.length !== 4) throw notAGraph(file, `attribute ${name}`)
    return {
      float: float === undefined ? undefined : new BinaryReader(float.value).float(),
      int: int === undefined ? undefined : integerOf(int),
      ints: of(8).flatMap((field) => integersOf(field, file)),
      tensor: of(5)[0]?.value,
    }
  }
  return undefined
}

/** A new node; `ints` become integer attributes. */
export function newNode(node: {
  name: string
  opType: string
  inputs: readonly string[]
  outputs: readonly string[]
  ints?: Readonly<Record<string, number>>
}): Uint8Array {
  const TYPE_INT = 2
  return joined([
    ...node.inputs.flatMap((input) => textField(FIELD.input, input)),
    ...node.outputs.flatMap((output) => textField(FIELD.output, output)),
    ...textField(FIELD.name, node.name),
    ...textField(FIELD.opType, node.opType),
    ...Object.entries(node.ints ?? {}).flatMap(([key, value]) =>
      bytesField(FIELD.attribute, [
        ...textField(1, key),
        ...integerField(3, value),
        ...integerField(20, TYPE_INT),
      ]),
    ),
  ])
}

/** The same node with other tensors; everything else is kept as it stands. */
export function withTensors(
  node: GraphNode,
  tensors: { inputs?: readonly string[]; outputs?: readonly string[] },
): Uint8Array {
  const inputs = tensors.inputs ?? node.inputs
  const outputs = tensors.outputs ?? node.outputs
  return joined([
    ...inputs.flatMap((input) => textField(FIELD.input, input)),
    ...outputs.flatMap((output) => textField(FIELD.output, output)),
    ...node.fields
      .filter((field) => field.number !== FIELD.input && field.number !== FIELD.output)
      .map((field) => field.raw),
  ])
}
