import { finishedSize, isReverieError, MAX_IMAGE_BYTES, ReverieError } from '@reverie/core'
import type { InspectResult } from '@reverie/dispatch'
import { inspectResult } from '@reverie/engine/images'
import { encodeCanonical } from '@reverie/protocol'
import { checkResult, countersign, embedReceipt, type Signer } from '@reverie/trust'

/** Checks results in the name of one coordinator and countersigns those that hold. */
export const createInspector =
  ({ signer, now }: { readonly signer: Signer; readonly now: () => number }): InspectResult =>
  async (peer, spec, { image, receipt }) => {
    const coordinator = signer.peer
    const workerReceipt = checkResult({ image, receipt, spec, worker: peer, coordinator })
    const { width, height } = finishedSize(spec)
    await inspectResult(image, { maxPixels: width * height, maxBytes: MAX_IMAGE_BYTES })
    const countersigned = await countersign(workerReceipt, signer, now())
    try {
      // An artist who leaves the settings out of the file means the request too: the receipt alone says nothing of it.
      const shown = spec.metadata === false ? {} : { spec }
      const file = embedReceipt(image, { receipt: countersigned, ...shown })
      return { file, receipt: encodeCanonical(countersigned), width, height }
    } catch (error) {
      if (!isReverieError(error)) throw error
      throw new ReverieError('result_image_invalid', error.message, {}, { cause: error })
    }
  }
