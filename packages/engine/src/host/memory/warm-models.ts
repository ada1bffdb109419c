import type { ManifestCid } from '@reverie/core'
import type { LoadedModel } from '../loaded-model.ts'
import type { MemoryMeter } from './memory-meter.ts'

/** A model that is asked for. */
interface WantedModel {
  /** The model with everything that is built into it, e.g. its LoRAs: each set is a model of its own. */
  readonly key: string
  readonly cid: ManifestCid
  /** Bytes that it takes at least: its files'. */
  readonly bytes: number
  readonly open: () => Promise<LoadedModel>
}

/** Models in memory, as many as a budget holds; the one used longest ago gives way first. */
export interface WarmModels {
  /** The model, loaded where it is not warm. @throws what `open` throws; short of memory, only after all others gave way */
  take(wanted: WantedModel): Promise<LoadedModel>
  /** After a use of the model taken last: what it has grown to counts, and others may have to give way. */
  settle(): Promise<void>
  /** Closes all but the model taken last. */
  closeOthers(): Promise<void>
  closeAll(): Promise<void>
  /** Each once, the one used last first. */
  list(): readonly ManifestCid[]
}

interface Entry {
  readonly key: string
  readonly cid: ManifestCid
  readonly model: LoadedModel
  bytes: number
}

/** @param budget bytes that all warm models together may take; one alone may take more */
export function createWarmModels(
  meter: Pick<MemoryMeter, 'held'>,
  budget: number,
  isShort: (error: unknown) => boolean,
): WarmModels {
  /** The one used last is the last. */
  let entries: Entry[] = []
  let heldBefore: number | undefined

  const sum = () => entries.reduce((total, { bytes }) => total + bytes, 0)

  const closeOldest = async () => {
    const [oldest, ...rest] = entries
    entries = rest
    await oldest?.model.close()
  }

  /** Bytes more than before; undefined where the device does not tell. */
  const growth = async (): Promise<number | undefined> => {
    const held = await meter.held()
    return held === undefined || heldBefore === undefined ? undefined : held - heldBefore
  }

  const open = async (wanted: WantedModel): Promise<LoadedModel> => {
    heldBefore = await meter.held()
    try {
      return await wanted.open()
    } catch (error) {
      if (!isShort(error) || entries.length === 0) throw error
      while (entries.length > 0) await closeOldest()
      heldBefore = await meter.held()
      return wanted.open()
    }
  }

  return {
    async take(wanted) {
      const warm = entries.find(({ key }) => key === wanted.key)
      if (warm !== undefined) {
        entries = [...entries.filter((entry) => entry !== warm), warm]
        heldBefore = await meter.held()
        return warm.model
      }
      while (entries.length > 0 && sum() + wanted.bytes > budget) await closeOldest()
      const model = await open(wanted)
      const bytes = Math.max(wanted.bytes, (await growth()) ?? 0)
      entries.push({ key: wanted.key, cid: wanted.cid, model, bytes })
      heldBefore = await meter.held()
      return model
    },
    async settle() {
      const current = entries.at(-1)
      if (current !== undefined) current.bytes += Math.max(0, (await growth()) ?? 0)
      while (entries.length > 1 && sum() > budget) await closeOldest()
    },
    async closeOthers() {
      while (entries.length > 1) await closeOldest()
    },
    async closeAll() {
      while (entries.length > 0) await closeOldest()
    },
    list: () => [...new Set(entries.map(({ cid }) => cid).toReversed())],
  }
}
