import type { Handlers } from '@reverie/api/server'
import type { HttpModules } from '../ports.ts'

export function inputHandlers({
  inputs,
  blobs,
  inspectInput,
  clock,
}: Pick<HttpModules, 'inputs' | 'blobs' | 'inspectInput' | 'clock'>): Pick<
  Handlers,
  'createInput'
> {
  return {
    createInput: async ({ account, file: { bytes } }) => {
      const { width, height } = await inspectInput(bytes)
      const hash = await blobs.put(bytes)
      const input = { hash, bytes: bytes.length, width, height }
      // The file first: whoever may use an input can count on it.
      await inputs.add(account.id, input, clock.now())
      return input
    },
  }
}
