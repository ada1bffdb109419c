import { ReverieError } from '@reverie/core'
import { parseValue, Receipt, ReceiptBody, WorkerReceipt } from '@reverie/protocol'
import type { Signer } from '../keys/signer.ts'
import { coordinatorSigningInput, workerSigningInput } from './signing-input.ts'

/**
 * A worker's receipt: the body under its signature.
 * @throws ReverieError `message_invalid` when the body breaks its schema, `internal` when the signer is not the worker it names
 */
export async function signReceipt(body: ReceiptBody, signer: Signer): Promise<WorkerReceipt> {
  const parsed = parseValue(ReceiptBody, body, 'the receipt body')
  mustBe(signer, parsed.worker.peer, 'worker')
  const workerSignature = await signer.sign(workerSigningInput(parsed))
  return parseValue(WorkerReceipt, { body: parsed, workerSignature }, 'the receipt')
}

/**
 * The finished receipt. Does not verify the worker's part: do that first, with {@link checkResult}, because a
 * countersignature says that the coordinator took the result.
 * @param at - when the coordinator took it, milliseconds since the epoch
 * @throws ReverieError `message_invalid`, `internal` when the signer is not the coordinator that the receipt names
 */
export async function countersign(
  workerReceipt: WorkerReceipt,
  signer: Signer,
  at: number,
): Promise<Receipt> {
  const parsed = parseValue(WorkerReceipt, workerReceipt, 'the receipt')
  mustBe(signer, parsed.body.coordinator, 'coordinator')
  const signature = await signer.sign(coordinatorSigningInput(parsed, at))
  return parseValue(Receipt, { ...parsed, countersignature: { signature, at } }, 'the receipt')
}

function mustBe(signer: Signer, named: string, role: string): void {
  if (signer.peer === named) return
  throw new ReverieError(
    'internal',
    `The receipt names ${named} as its ${role}, the signer is ${signer.peer}; sign with the key of the peer it names`,
  )
}
