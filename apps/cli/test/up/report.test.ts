import { PeerId } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createTerminal } from '../../src/terminal/terminal.ts'
import { textReport } from '../../src/up/report.ts'

const peer = PeerId.parse(`12D3KooW${'A'.repeat(44)}`)

/** What is printed for a coordinator at these addresses. */
function readyText(multiaddrs: string[], isTTY = false): string {
  const written: string[] = []
  const stream = { isTTY, write: (text: string) => written.push(text) }
  const terminal = createTerminal(stream, stream, { NO_COLOR: '1' })
  const context = { terminal, env: {}, json: false, home: '/data', self: 'npx reverie' }
  const report = textReport(context, () => 0)
  const coordinator = { url: 'http://127.0.0.1:7420', multiaddrs, peer }
  report.starting('/data')
  report.coordinatorReady(coordinator)
  report.ready({ coordinator, apiKey: 'rvk_x', home: '/data' })
  return written.join('')
}

describe('what up prints', () => {
  it('shows an address to join only where other machines can reach it', () => {
    const lan = '/ip4/192.168.1.2/tcp/7421/p2p/12D3'
    const loopback = '/ip4/127.0.0.1/tcp/7421/p2p/12D3'
    expect(readyText([loopback, lan])).toContain(`npx reverie worker --join ${lan}`)
    const alone = readyText([loopback])
    expect(alone).not.toContain('--join')
    expect(alone).toContain('npx reverie up --host 0.0.0.0')
  })

  it('says that it is starting on a terminal, and takes that away', () => {
    const address = ['/ip4/127.0.0.1/tcp/7421']
    expect(readyText(address)).not.toContain('starting')
    const [before, after] = readyText(address, true).split('\u001b[1A\u001b[2K')
    expect(before).toContain('… starting')
    expect(after).toContain('✔ coordinator')
  })
})
