import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { connectRaw, frame } from '../raw-peer.ts'
import { useHostileSetup } from './hostile-setup.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const setUp = useHostileSetup()

describe('thousands of hostile messages', () => {
  it('cost the coordinator no memory and the honest worker nothing', async () => {
    const { coordinator, node, expectServiceUp } = await setUp({ violations: 50 })
    const attack = async (count: number) => {
      let peer = await connectRaw(node, coordinator.address)
      await peer.join()
      for (let sent = 0; sent < count; sent += 1) {
        if (peer.connection.status !== 'open') {
          peer = await connectRaw(node, coordinator.address)
          await peer.join()
        }
        const result = await peer.open('result').catch(() => undefined)
        result?.send(frame(new Uint8Array(20_000).fill(sent % 256)))
        await result?.read().catch(() => {})
      }
      peer.connection.abort(new Error('done'))
    }
    await attack(300)
    await expectServiceUp()
    const before = usedMemory()
    await attack(3_000)
    await expectServiceUp()
    const grownMiB = (usedMemory() - before) / 1_024 / 1_024
    console.info(`3000 hostile messages: heap and buffers grew by ${grownMiB.toFixed(1)} MiB`)
    // Kept, the messages would be 57 MiB.
    expect(grownMiB).toBeLessThan(20)
  })
})

function usedMemory(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
