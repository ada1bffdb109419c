import { describe, expect, it } from 'vitest'
import { blockModule, readmeBlocks } from '../docs/readme-blocks.ts'

const markdown = [
  '# Title',
  '',
  '```ts',
  'const a = 1',
  '```',
  '```sh',
  'ls',
  '```',
  '```ts',
  'b()',
  '```',
]

describe('readmeBlocks', () => {
  it('finds the ts blocks and no others, with their lines', () => {
    expect(readmeBlocks(markdown.join('\n'))).toEqual([
      { line: 4, code: 'const a = 1' },
      { line: 10, code: 'b()' },
    ])
  })

  it('reads files with CRLF', () => {
    expect(readmeBlocks(markdown.join('\r\n'))).toHaveLength(2)
  })

  it('refuses a block that never ends, which would hide the rest', () => {
    expect(() => readmeBlocks('```ts\nconst a = 1')).toThrow('line 1')
  })
})

describe('blockModule', () => {
  it('keeps the README line numbers', () => {
    const lines = blockModule({ line: 10, code: 'b()' }).split('\n')
    expect(lines[9]).toBe('b()')
  })
})
