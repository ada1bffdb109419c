import { type ImageFormat, ReverieError } from '@reverie/core'
import type { Command } from '../command.ts'
import { CONNECT_FLAGS, connect } from '../connect.ts'
import { claimFolder, type Destination, destinationOf } from '../render/image-path.ts'
import { parseRenderOptions, RENDER_FLAGS } from '../render/render-options.ts'
import { type OpenRequest, reuseSettings } from '../render/reuse-settings.ts'
import { runRender } from '../render/run-render.ts'

export const render: Command = {
  name: 'render',
  operands: '"<prompt>"',
  summary: 'render pictures and save them',
  flags: { ...RENDER_FLAGS, ...CONNECT_FLAGS },
  examples: [
    'render "red apple, 3d style, blue background"',
    'render "cat" -n 4 --seed 42 --steps 30 --sampler "DPM++ 2M Karras" --out cats/',
    'render "a cat in the snow" --init cat.png --strength 0.6 --mask sky.png',
    'render "cat" --lora ink:0.8 --hires 2 --format webp',
    'render --settings fox.png --seed 8',
    'render "cat" --json --url http://studio.local:7420 --key rvk_...',
  ],
  run: async (input, context) => {
    const { request, files, settings, out } = parseRenderOptions(input)
    const destination = await destinationOf(out)
    const format = formatFor(request, destination, out)
    const { client } = await connect(input, context)
    await claimFolder(destination.folder)
    const whole =
      settings === undefined
        ? { prompt: '', ...request }
        : await reuseSettings(settings, request, client, context.terminal)
    const wanted = { request: { ...whole, ...(format ? { format } : {}) }, files }
    return runRender(client, wanted, destination, context)
  },
}

/** The format that was said, or that the file's ending says. @throws ReverieError `invalid_option` where they differ */
function formatFor(
  { format }: OpenRequest,
  destination: Destination,
  out: string,
): ImageFormat | undefined {
  const ending = destination.format
  if (format === undefined || ending === undefined || format === ending) return format ?? ending
  throw new ReverieError(
    'invalid_option',
    `--format ${format} and --out ${out} ask for two formats; leave one of them out.`,
    { field: '--format', accepted: ending },
  )
}
