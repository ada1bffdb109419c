import type { PullProgress } from '@reverie/models'
import { bar, duration } from '../terminal/bar.ts'
import { bytesText } from '../terminal/bytes.ts'
import { createLiveLines } from '../terminal/live-lines.ts'
import type { Terminal } from '../terminal/terminal.ts'

const BAR_CHARS = 24
const NAME_CHARS = 34

const WORDS: Readonly<Record<PullProgress['phase'], string>> = {
  waiting: 'waiting for another process that installs the same model',
  listing: 'looking what is there',
  downloading: '',
  finishing: 'writing the manifest',
}

/** What an installation looks like: the whole, and the files under way. */
export function progressLines(progress: PullProgress): string[] {
  const { phase, bytes, of, rate, etaMs, files } = progress
  if (phase !== 'downloading') return [WORDS[phase]]
  const speed = rate ? `  ${bytesText(Math.round(rate))}/s` : ''
  const left = etaMs === undefined ? '' : `  ${duration(etaMs)} left`
  const whole = `${bar(bytes, of, BAR_CHARS)} ${bytesText(bytes)} of ${bytesText(of)}${speed}${left}`
  const parts = files.map(({ path, bytes: here, of: size }) => {
    const share =
      size === undefined ? bytesText(here) : `${Math.floor((here * 100) / (size || 1))} %`
    return `  ${path.padEnd(NAME_CHARS)} ${share}`
  })
  return [whole, ...parts]
}

/**
 * Bars on a terminal; elsewhere a line when something else begins.
 * @param doing what happens to the bytes: "downloading"
 */
export function createInstallProgress(
  terminal: Terminal,
  doing: string,
): {
  show(progress: PullProgress): void
  end(): void
} {
  const live = terminal.live ? createLiveLines(terminal) : undefined
  let said = ''
  return {
    show(progress) {
      if (live) return live.show(progressLines(progress))
      const { phase, of } = progress
      const words = phase === 'downloading' ? `${doing} ${bytesText(of)}` : WORDS[phase]
      if (words === said || phase === 'finishing') return
      said = words
      terminal.say(words)
    },
    end: () => live?.clear(),
  }
}
