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
const FIELD = {
  input: 1,
  output: 2,
  name: 3,
  opType: 4,
  attribute: 5,
  domain: 7,
  metadata: 9,
} as const

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

/**
 * The module that a node was exported from, e.g. "down_blocks.0.attentions.0.proj_in", where the exporter (torch's, since
 * version 2.5) notes it: `: Unet/down_blocks.0: Down/down_blocks.0.conv: Conv2d/conv2d: aten.conv2d.default`.
 */
export function moduleOf(node: GraphNode, file: string): string | undefined {
  for (const field of node.fields) {
    if (field.number !== FIELD.metadata) continue
    const [key, value] = wireFields(field.value, file)
    if (key === undefined || value === undefined || textOf(key) !== 'namespace') continue
    return textOf(value).split('/').at(-2)?.split(':')[0]
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
