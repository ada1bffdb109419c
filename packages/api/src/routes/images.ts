import { Sha256 } from '@reverie/core'
import * as z from 'zod/mini'
import { defineRoute } from '../route.ts'

export const getImage = defineRoute({
  method: 'GET',
  path: '/v1/images/:hash',
  tag: 'images',
  summary: 'Get an image file',
  description:
    'The hash is the key: it cannot be guessed, and whoever knows it may read the image. Never changes, so caches may keep it; `Range` and `If-None-Match` work.',
  auth: 'public',
  params: z.object({ hash: Sha256 }),
  answer: { kind: 'image', status: 200 },
  errors: ['image_not_found', 'range_not_satisfiable'],
})
