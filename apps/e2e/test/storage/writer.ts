import { writeSync } from 'node:fs'
import { silentLogger } from '@reverie/core'
import { createQueue } from '@reverie/queue'
import { createRecords, openDatabase } from '@reverie/store'
import { buildNewRender } from '@reverie/testkit'

const STDOUT = 1
const IMAGES = 2

/** Written at once and whole: what is on stdout was acknowledged before the process died. */
const say = (...words: readonly string[]): void => {
  writeSync(STDOUT, `${words.join(' ')}\n`)
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: writer.ts <data folder>')

const database = await openDatabase({ folder }, { logger: silentLogger })
const { renders } = createRecords(database)
const queue = await createQueue({ pool: database.pool, logger: silentLogger })

// Until it is killed. Every third render leaves a claim behind.
for (let made = 0; ; made++) {
  const { render } = await renders.create(buildNewRender({ parameters: { n: IMAGES } }))
  say('stored', render.id)
  await queue.add(render.jobs.map(({ id }) => ({ job: id, lane: 'a', priority: 0 })))
  for (const { id } of render.jobs) say('queued', id)
  if (made % 3 === 0) await queue.claim('a')
}
