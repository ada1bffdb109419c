import type { Command } from '../command.ts'
import { CONNECT_FLAGS, connect } from '../connect.ts'
import { claimFolder, destinationOf } from '../render/image-path.ts'
import { parseRenderOptions, RENDER_FLAGS } from '../render/render-options.ts'
import { runRender } from '../render/run-render.ts'

export const render: Command = {
  name: 'render',
  operands: '"<prompt>"',
  summary: 'render pictures and save them as PNG',
  flags: { ...RENDER_FLAGS, ...CONNECT_FLAGS },
  examples: [
    'render "red apple, 3d style, blue background"',
    'render "cat" -n 4 --seed 42 --steps 30 --sampler "DPM++ 2M Karras" --out cats/',
    'render "cat" --json --url http://studio.local:7420 --key rvk_...',
  ],
  run: async (input, context) => {
    const { request, out } = parseRenderOptions(input)
    const destination = await destinationOf(out)
    const { client } = await connect(input, context)
    await claimFolder(destination.folder)
    return runRender(client, request, destination, context)
  },
}
