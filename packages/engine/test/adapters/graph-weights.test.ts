import { describe, expect, it } from 'vitest'
import { findWeights } from '../../src/adapters/graph-weights.ts'
import { newNode } from '../../src/graph/node-proto.ts'
import { parseModel } from '../../src/graph/onnx-model.ts'
import { bytesField, integerField, joined, textField } from '../../src/graph/wire-fields.ts'

const weight = (name: string, dims: readonly number[]): Uint8Array =>
  joined([
    ...dims.flatMap((size) => integerField(1, size)),
    ...integerField(2, 1),
    ...textField(8, name),
    ...bytesField(9, [new Uint8Array(4 * dims.reduce((all, size) => all * size, 1))]),
  ])

type Node = Parameters<typeof newNode>[0] & { domain?: string }

const weightsOf = (nodes: readonly Node[], weights: readonly Uint8Array[]) => {
  const graph = [
    ...nodes.flatMap(({ domain = '', ...node }) =>
      bytesField(1, [newNode(node), ...textField(7, domain)]),
    ),
    ...weights.flatMap((each) => bytesField(5, [each])),
  ]
  return findWeights(parseModel(joined(bytesField(7, graph)), 'unet/model.onnx'))
}

const IN = '/down_blocks.0/attentions.0/proj_in'
const PATH = 'down_blocks_0_attentions_0_proj_in'

describe('findWeights', () => {
  it.each([
    ['MatMul', {}, false],
    ['Gemm', { transB: 1 }, true],
    ['Gemm', { transB: 0 }, false],
    ['Conv', {}, true],
  ])('knows how %s %j stores its weight', (opType, ints, isOutFirst) => {
    const node = { name: `${IN}/${opType}`, opType, inputs: ['x', 'w'], outputs: ['y'], ints }
    const { weights } = weightsOf([node], [weight('w', [2, 3])])
    expect(weights.get(PATH)).toMatchObject({ path: PATH, isOutFirst, tensor: { dims: [2, 3] } })
  })

  it('sees a weight through a cast and a transposition', () => {
    const nodes = [
      { name: 'c', opType: 'Cast', inputs: ['half'], outputs: ['float'], ints: { to: 1 } },
      { name: 't', opType: 'Transpose', inputs: ['float'], outputs: ['turned'] },
      { name: `${IN}/MatMul`, opType: 'MatMul', inputs: ['x', 'turned'], outputs: ['y'] },
    ]
    const { weights } = weightsOf(nodes, [weight('half', [2, 3])])
    expect(weights.get(PATH)).toMatchObject({ isOutFirst: true, tensor: { name: 'half' } })
  })

  it('prefers the name of the weight to that of the node', () => {
    const node = {
      name: 'Conv_7',
      opType: 'Conv',
      inputs: ['x', 'mid_block.resnets.0.conv1.weight'],
      outputs: ['y'],
    }
    const { weights } = weightsOf([node], [weight('mid_block.resnets.0.conv1.weight', [2, 3])])
    expect([...weights.keys()]).toEqual(['mid_block_resnets_0_conv1'])
  })

  it('ignores products of two computed tensors, and nodes that feed each other', () => {
    const nodes = [
      { name: 'a', opType: 'MatMul', inputs: ['x', 'b'], outputs: ['a'] },
      { name: 'b', opType: 'Cast', inputs: ['c'], outputs: ['b'], ints: { to: 1 } },
      { name: 'c', opType: 'Cast', inputs: ['b'], outputs: ['c'], ints: { to: 1 } },
    ]
    expect(weightsOf(nodes, []).weights.size).toBe(0)
  })

  it('tells weights that are integers', () => {
    const nodes = [
      {
        name: `${IN}/MatMul_Q4`,
        opType: 'MatMulNBits',
        domain: 'com.microsoft',
        inputs: ['x', 'q'],
        outputs: ['y'],
      },
      { name: 'd', opType: 'DequantizeLinear', inputs: ['i', 's'], outputs: ['w'] },
      {
        name: '/mid_block/attentions.0/proj_in/MatMul',
        opType: 'MatMul',
        inputs: ['x', 'w'],
        outputs: ['z'],
      },
    ]
    expect([...weightsOf(nodes, []).quantised]).toEqual([PATH, 'mid_block_attentions_0_proj_in'])
  })

  it.each([
    ['Attention', ['x', 'w', 'b'], true],
    ['MultiHeadAttention', ['qkv', '', ''], true],
    ['MultiHeadAttention', ['q', 'k', 'v'], false],
  ])('tells whether %s of %j has its weights packed', (opType, inputs, isPacked) => {
    const node = { name: 'Attention_0', opType, domain: 'com.microsoft', inputs, outputs: ['y'] }
    expect(weightsOf([node], []).packed).toEqual(isPacked ? ['Attention_0'] : [])
  })
})
