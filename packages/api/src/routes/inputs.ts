import { MAX_INPUT_BYTES } from '@reverie/core'
import { defineRoute } from '../route.ts'
import { InputView } from '../views/input-view.ts'

export const createInput = defineRoute({
  method: 'POST',
  path: '/v1/inputs',
  tag: 'inputs',
  summary: 'Send a picture or a mask to render with',
  description:
    'The body is the file itself. The hash in the answer names it in renders of this account: `init.image`, `inpaint.mask`, `control[].image`. Sending the same file again changes nothing. Only workers that hold such a render get it.',
  auth: 'account',
  file: { types: ['image/png', 'image/jpeg', 'image/webp'], maxBytes: MAX_INPUT_BYTES },
  answer: { kind: 'json', status: 200, schema: InputView },
  errors: ['input_invalid', 'shutting_down'],
})
