import { createHash, randomUUID } from 'node:crypto'
import type { Client, RenderView } from '@reverie/api'
import {
  EXIT,
  type ExitCode,
  finishedSize,
  type RenderEvent,
  type RenderRequestInput,
  ReverieError,
} from '@reverie/core'
import { findPictureFormat, printable, type Verification, verifyImage } from '@reverie/trust'
import type { Context } from '../command.ts'
import { duration } from '../terminal/bar.ts'
import { onPress } from '../terminal/presses.ts'
import { type Destination, saveImage, slugOf } from './image-path.ts'
import { createProgress, type RenderProgress } from './progress.ts'
import { uploadPictures } from './upload.ts'

/** A picture that was saved and checked. */
interface SavedImage {
  readonly index: number
  readonly path: string
  readonly seed: string
  readonly hash: string
  readonly verdict: Verification['verdict']
}

/** Hash digits in a file name: enough to tell pictures of one prompt apart. */
const HASH_DIGITS = 4

/** Asks for a render, follows it, saves and verifies each picture as it comes. Ctrl-C cancels it on the coordinator. */
export async function runRender(
  client: Client,
  { request, files }: { readonly request: RenderRequestInput; readonly files: readonly string[] },
  destination: Destination,
  { terminal, json }: Context,
): Promise<ExitCode> {
  const interrupted = new AbortController()
  const off = onPress((press) => {
    interrupted.abort()
    if (press > 1) process.exit(EXIT.interrupted)
  })
  const progress = createProgress(terminal)
  const startedAt = performance.now()
  const images: SavedImage[] = []
  const failures: { readonly index: number; readonly code: string; readonly message: string }[] = []
  let render: RenderView | undefined
  try {
    const { signal } = interrupted
    const wanted = await uploadPictures(client, request, files, signal)
    render = await client.createRender(wanted, { idempotencyKey: randomUUID(), signal })
    const { id, parameters } = render
    const size = finishedSize(parameters)
    terminal.say(
      `${parameters.n} ${parameters.n === 1 ? 'picture' : 'pictures'} · ${size.width}x${size.height} · ${parameters.steps} steps · seed ${parameters.seed}`,
    )
    for await (const event of client.renderEvents({ id }, { signal })) {
      progress.event(event)
      if (event.type === 'image') {
        const image = await fetchImage(client, render, event, destination, signal)
        images.push(image)
        tellImage(progress, terminal, image, performance.now() - startedAt)
        tellSaid(progress, terminal, event)
        if (!json) terminal.print(image.path)
      } else if (event.type === 'failed') {
        failures.push({ index: event.index, code: event.code, message: event.message })
        progress.note(
          `${terminal.errStyle.red('✘')} ${event.index + 1} ${event.message}  ${event.code}`,
        )
      } else if (event.type === 'cancelled') {
        failures.push({
          index: event.index,
          code: 'cancelled',
          message: 'the render was cancelled',
        })
      }
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    progress.end()
    if (render) await cancel(client, render, terminal)
    return EXIT.interrupted
  } finally {
    progress.end()
    off()
  }
  if (json) terminal.print(JSON.stringify({ render: render.id, images, failures }))
  if (images.some(({ verdict }) => verdict !== 'verified')) return EXIT.checkFailed
  return failures.length === 0 ? EXIT.ok : EXIT.failed
}

async function cancel(client: Client, { id }: RenderView, { say }: Context['terminal']) {
  const { jobs } = await client.cancelRender({ id })
  const kept = jobs.filter(({ state }) => state === 'completed').length
  say(`cancelled; ${kept} of ${jobs.length} were finished before`)
}

async function fetchImage(
  client: Client,
  { parameters, jobs }: RenderView,
  event: Extract<RenderEvent, { type: 'image' }>,
  { folder, name }: Destination,
  signal: AbortSignal,
): Promise<SavedImage> {
  const { hash } = event.image
  const { bytes } = await client.getImage({ hash }, { signal })
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== hash) {
    throw new ReverieError(
      'bad_output',
      `the coordinator sent other bytes than it promised: SHA-256 ${found} instead of ${hash}; ask for the picture again`,
    )
  }
  const { verdict } = verifyImage(bytes)
  const stem = name ?? `${slugOf(parameters.prompt)}-${hash.slice(0, HASH_DIGITS)}`
  const format = findPictureFormat(bytes)?.name ?? 'png'
  const path = await saveImage(folder, stem, format, bytes)
  const seed = jobs.find(({ index }) => index === event.index)?.seed ?? parameters.seed
  return { index: event.index, path, seed, hash, verdict }
}

function tellImage(
  progress: RenderProgress,
  { errStyle: { green, red } }: Context['terminal'],
  { index, seed, verdict }: SavedImage,
  tookMs: number,
): void {
  const receipt =
    verdict === 'verified' ? 'receipt ok' : red(`receipt ${verdict}: see \`reverie verify\``)
  progress.note(`${green('✔')} ${index + 1} seed ${seed}  ${duration(tookMs)}  ${receipt}`)
}

/** What the worker said about a picture: a stranger's text. */
function tellSaid(
  progress: RenderProgress,
  { errStyle: { dim, red } }: Context['terminal'],
  { index, notes = [], flagged }: Extract<RenderEvent, { type: 'image' }>,
): void {
  for (const note of notes) progress.note(dim(`  ${index + 1} ${printable(note).slice(1, -1)}`))
  if (flagged) progress.note(red(`  ${index + 1} the safety model flagged it: the file is blank`))
}
