import { mkdir, statfs } from 'node:fs/promises'
import { ReverieError } from '@reverie/core'

/** Bytes that this user may still write beside a folder. */
export type FreeBytes = (folder: string) => Promise<number>

export const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Left for everything else that writes: a full disk stops more than a pull. */
const RESERVE_BYTES = 256 * 1024 * 1024

/**
 * Makes sure that `needed` bytes fit, before the first is written.
 * @throws ReverieError `disk_full` with both numbers
 */
export async function requireSpace(
  folder: string,
  needed: number,
  free: FreeBytes = freeBytes,
): Promise<void> {
  if (needed <= 0) return
  await mkdir(folder, { recursive: true })
  const available = await free(folder)
  if (needed + RESERVE_BYTES <= available) return
  throw new ReverieError(
    'disk_full',
    `${folder} needs ${needed} more bytes and ${RESERVE_BYTES} to spare, but only ${available} are free; make room or choose another folder with --data`,
    { needed, free: available, reserve: RESERVE_BYTES },
  )
}
