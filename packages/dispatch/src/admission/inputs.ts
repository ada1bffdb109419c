import { type InputRecord, type RenderRequest, ReverieError, type Sha256 } from '@reverie/core'

/** Input pictures that the account has sent, by hash. */
export type SentInputs = ReadonlyMap<Sha256, InputRecord>

const ACCEPTED = 'the hash of a picture that this account has sent to /v1/inputs'

const namedInputs = ({
  init,
  inpaint,
  control = [],
}: RenderRequest): readonly (readonly [field: string, hash: Sha256])[] => [
  ...(init ? [['init.image', init.image] as const] : []),
  ...(inpaint ? [['inpaint.mask', inpaint.mask] as const] : []),
  ...control.map(({ image }, at) => [`control.${at}.image`, image] as const),
]

/**
 * Holds the pictures that a request names against those that its account has sent.
 * @throws ReverieError `input_invalid` for one that was not sent, or a mask of another size than its picture
 */
export function checkInputs(request: RenderRequest, sent: SentInputs): void {
  for (const [field, hash] of namedInputs(request)) {
    if (sent.has(hash)) continue
    throw new ReverieError(
      'input_invalid',
      `${field} is ${hash}, which this account has not sent; send the picture first`,
      { field, accepted: ACCEPTED },
    )
  }
  const picture = request.init && sent.get(request.init.image)
  const mask = request.inpaint && sent.get(request.inpaint.mask)
  if (!picture || !mask) return
  if (picture.width === mask.width && picture.height === mask.height) return
  const accepted = `a mask of the picture's own ${picture.width}x${picture.height} pixels`
  throw new ReverieError(
    'input_invalid',
    `inpaint.mask has ${mask.width}x${mask.height} pixels; it must be ${accepted}`,
    { field: 'inpaint.mask', accepted },
  )
}
