import { ReverieError } from '@reverie/core'

export const cancelled = (): ReverieError =>
  new ReverieError('cancelled', 'the render was stopped before it was finished')

export const closed = (): ReverieError =>
  new ReverieError('engine_failed', 'the engine is closed; create another one')
