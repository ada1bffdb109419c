import { isReverieError } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { externalFiles } from '../../src/graph/external-files.ts'
import { isSafeLocation } from '../../src/graph/external-location.ts'
import { addHiddenStates } from '../../src/graph/hidden-states.ts'
import { newNode } from '../../src/graph/node-proto.ts'
import { encodeModel, noEdits, parseModel } from '../../src/graph/onnx-model.ts'
import { storageOf, withExternalValues } from '../../src/graph/tensor-proto.ts'
import { newValue } from '../../src/graph/value-info.ts'
import {
  bytesField,
  integerField,
  joined,
  textField,
  wireFields,
} from '../../src/graph/wire-fields.ts'

const tensorBytes = (name: string, location?: string): Uint8Array =>
  joined([
    ...integerField(1, 2),
    ...integerField(2, 1),
    ...textField(8, name),
    ...(location === undefined
      ? bytesField(9, [new Uint8Array(8)])
      : [
          ...bytesField(13, [...textField(1, 'location'), ...textField(2, location)]),
          ...bytesField(13, [...textField(1, 'offset'), ...textField(2, '16')]),
          ...integerField(14, 1),
        ]),
  ])

/** A model with an initialiser, two nodes, an input and an output, and a field that is known to nobody. */
const modelBytes = (location?: string): Uint8Array => {
  const node = (name: string) =>
    newNode({
      name,
      opType: 'Add',
      inputs: ['x', 'w'],
      outputs: [`${name}_out`],
      ints: { axis: 1 },
    })
  return joined([
    ...integerField(1, 8),
    ...bytesField(7, [
      ...bytesField(1, [node('first')]),
      ...bytesField(5, [tensorBytes('w', location)]),
      ...bytesField(11, [newValue({ name: 'x', dataType: 1, dims: ['batch', 2] })]),
      ...bytesField(1, [node('second')]),
      ...bytesField(12, [newValue({ name: 'first_out', dataType: 1, dims: ['batch', 2] })]),
      ...bytesField(13, [newValue({ name: 'inside', dataType: 1, dims: ['batch'] })]),
      ...textField(777, 'of a later version'),
    ]),
    ...textField(2, 'a test'),
  ])
}

const parse = (bytes: Uint8Array) => parseModel(bytes, 'unet/model.onnx')

describe('parseModel', () => {
  it('reads nodes, initialisers, inputs and outputs', () => {
    const model = parse(modelBytes())
    expect(model.nodes.map(({ name, opType, inputs }) => [name, opType, inputs])).toEqual([
      ['first', 'Add', ['x', 'w']],
      ['second', 'Add', ['x', 'w']],
    ])
    expect(model.initialisers.get('w')).toMatchObject({ dims: [2], dataType: 1 })
    expect(model.inputs).toEqual([{ name: 'x', dataType: 1, dims: ['batch', 2] }])
    expect(model.outputs.map(({ name }) => name)).toEqual(['first_out'])
  })

  it('keeps every byte of a graph that is not edited', () => {
    const bytes = modelBytes()
    expect(joined(encodeModel(parse(bytes), noEdits()))).toEqual(Buffer.from(bytes))
  })

  it('keeps unknown fields of any message when something else is edited', () => {
    const unknown = fc.record({
      number: fc.integer({ min: 100, max: 500_000_000 }),
      value: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.integer({ min: 0, max: 1_000_000 })),
    })
    fc.assert(
      fc.property(fc.array(unknown, { maxLength: 5 }), (fields) => {
        const extra = fields.flatMap(({ number, value }) =>
          typeof value === 'number' ? integerField(number, value) : bytesField(number, [value]),
        )
        const bytes = joined([...extra, modelBytes(), ...extra])
        const model = parse(bytes)
        const edits = noEdits()
        edits.newOutputs.push(newValue({ name: 'second_out', dataType: 1, dims: [] }))
        const edited = parse(joined(encodeModel(model, edits)))
        const others = (fields: typeof model.fields) =>
          fields.filter((field) => field.number !== 7).map((field) => Buffer.from(field.raw))
        expect(others(edited.fields)).toEqual(others(model.fields))
        expect(edited.graph.slice(0, -1).map((field) => Buffer.from(field.raw))).toEqual(
          model.graph.map((field) => Buffer.from(field.raw)),
        )
        expect(edited.outputs.map(({ name }) => name)).toEqual(['first_out', 'second_out'])
      }),
    )
  })

  it('refuses damaged bytes with a typed error that names the file, and never anything else', () => {
    const bytes = modelBytes('weights.bin')
    const damage = fc.record({
      cut: fc.nat(bytes.length),
      flips: fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), {
        maxLength: 6,
      }),
    })
    fc.assert(
      fc.property(damage, ({ cut, flips }) => {
        const damaged = Uint8Array.from(bytes)
        for (const [at, mask] of flips) damaged[at] = (damaged[at] as number) ^ mask
        try {
          const model = parse(damaged.subarray(0, cut))
          externalFiles(model)
          addHiddenStates(model, noEdits())
          encodeModel(model, noEdits())
        } catch (error) {
          expect(isReverieError(error) && [error.code, error.facts.file]).toEqual([
            'model_invalid',
            'unet/model.onnx',
          ])
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses a length that no file can have without taking memory for it', () => {
    const huge = Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x00)
    expect(() => parse(huge)).toThrow(/not a readable ONNX graph/)
  })

  it('refuses a file with no graph, and an empty graph', () => {
    expect(() => parse(joined(integerField(1, 8)))).toThrow(/0 graphs/)
    expect(() => parse(joined(bytesField(7, [])))).toThrow(/no operators/)
  })
})

describe('externalFiles', () => {
  it('lists the files that the graph says', () => {
    expect(externalFiles(parse(modelBytes('data/weights.bin')))).toEqual(['data/weights.bin'])
    expect(externalFiles(parse(modelBytes()))).toEqual([])
  })

  it('finds them in constants and in graphs inside nodes', () => {
    const constant = bytesField(1, [
      ...textField(4, 'Constant'),
      ...bytesField(5, [...bytesField(5, [tensorBytes('c', 'constant.bin')])]),
    ])
    const branch = bytesField(1, [...textField(4, 'If'), ...bytesField(5, bytesField(6, constant))])
    expect(externalFiles(parse(joined(bytesField(7, branch))))).toEqual(['constant.bin'])
  })

  it('refuses graphs nested without end', () => {
    let graph = bytesField(1, textField(4, 'Add'))
    for (let i = 0; i < 20; i++) graph = bytesField(1, bytesField(5, bytesField(6, graph)))
    expect(() => externalFiles(parse(joined(bytesField(7, graph))))).toThrow(/nested/)
  })

  it.each([
    '../weights.bin',
    'a/../../weights.bin',
    '/etc/passwd',
    'C:weights.bin',
    'a\\b.bin',
    '',
    'a\0b',
  ])('refuses the location %j', (location) => {
    expect(isSafeLocation(location)).toBe(false)
    expect(() => externalFiles(parse(modelBytes(location)))).toThrow(
      /not inside the model's folder/,
    )
  })
})

describe('edits', () => {
  it('point an initialiser to another place and keep its name, type and unknown fields', () => {
    const bytes = joined([tensorBytes('w'), ...textField(500, 'kept')])
    const model = parse(
      joined(bytesField(7, [...bytesField(1, [newNode(NODE)]), ...bytesField(5, [bytes])])),
    )
    const tensor = model.initialisers.get('w')
    if (tensor === undefined) throw new Error('the initialiser is missing')
    const edits = noEdits()
    const at = { dims: [3, 4], location: 'patch.bin', offset: 4096, length: 48 }
    edits.initialisers.set('w', withExternalValues(tensor, at))
    const edited = parse(joined(encodeModel(model, edits))).initialisers.get('w')
    expect(edited).toMatchObject({ name: 'w', dims: [3, 4], dataType: 1 })
    expect(edited && storageOf(edited, 'x')).toEqual({
      kind: 'external',
      location: 'patch.bin',
      offset: 4096,
      length: 48,
    })
    expect(edited?.fields.some((field) => field.number === 500)).toBe(true)
  })

  it('put nodes in the place of a node', () => {
    const model = parse(modelBytes())
    const edits = noEdits()
    edits.nodes.set(1, [newNode({ ...NODE, name: 'a' }), newNode({ ...NODE, name: 'b' })])
    const edited = parse(joined(encodeModel(model, edits)))
    expect(edited.nodes.map(({ name }) => name)).toEqual(['first', 'a', 'b'])
  })
})

const NODE = { name: 'n', opType: 'Relu', inputs: ['x'], outputs: ['y'] }

it('wireFields gives back every byte of what it reads', () => {
  const bytes = modelBytes()
  const again = Buffer.concat(wireFields(bytes, 'x').map((field) => field.raw))
  expect(again).toEqual(Buffer.from(bytes))
})
