import { describe, expect, it } from 'vitest'
import { compileWorkerOptions } from '../src/options.ts'

const JOIN = '/ip4/127.0.0.1/tcp/7421'

describe('worker options', () => {
  it('take every flag', () => {
    const argv = [
      '--join',
      JOIN,
      '--data',
      'd',
      '--name',
      'ada pc',
      '--threads',
      '2',
      '--models',
      'lib',
      '--device',
      'cuda:1, cpu,cuda:1',
      '--memory-budget',
      '6.5',
      '--ort',
      'ffi',
    ]
    expect(
      compileWorkerOptions([...argv, '--model', 'a', '--model', 'b', '--log-level', 'warn']),
    ).toEqual({
      join: JOIN,
      data: 'd',
      name: 'ada pc',
      threads: 2,
      devices: [
        { provider: 'cuda', index: 1 },
        { provider: 'cpu', index: 0 },
      ],
      ort: 'ffi',
      memoryBudget: 6.5e9,
      models: ['a', 'b'],
      library: 'lib',
      logLevel: 'warn',
    })
  })

  it('need nothing but whom to join', () => {
    const options = compileWorkerOptions(['--join', JOIN])
    expect(options).toMatchObject({
      threads: undefined,
      devices: 'auto',
      ort: 'node',
      memoryBudget: undefined,
      models: [],
      library: '.reverie/worker/models',
      logLevel: 'info',
    })
    expect(options.name).not.toBe('')
  })

  it('leave the coordinator open where the parent tells it', () => {
    expect(compileWorkerOptions(['--join', 'parent']).join).toBeUndefined()
  })

  it('make any machine name fit', () => {
    expect(compileWorkerOptions(['--join', JOIN, '--name', '..<b>x</b>']).name).toBe('b-x--b-')
    expect(compileWorkerOptions(['--join', JOIN, '--name', '***']).name).toBe('worker')
  })

  it.each([
    [[], '--join'],
    [['--join', 'localhost:7421'], '--join'],
    [['--join', JOIN, '--threads', '0'], '--threads'],
    [['--join', JOIN, '--threads', 'many'], '--threads'],
    [['--join', JOIN, '--device', 'gpu'], '--device'],
    [['--join', JOIN, '--ort', 'web'], '--ort'],
    [['--join', JOIN, '--device', 'cpu,'], '--device'],
    [['--join', JOIN, '--memory-budget', '0'], '--memory-budget'],
    [['--join', JOIN, '--log-level', 'loud'], '--log-level'],
    [['--join', JOIN, '--colour', 'red'], '--colour'],
  ])('refuse %j and name the flag', (argv, flag) => {
    expect(() => compileWorkerOptions(argv)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(flag) }),
    )
  })
})
