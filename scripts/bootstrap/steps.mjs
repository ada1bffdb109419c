const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 80

/**
 * Shows steps with their times: a spinner on a terminal, one plain line at the start and end of each elsewhere.
 * Nothing is shown when there is nothing to do.
 * @param {NodeJS.WriteStream} out
 */
export function createSteps(out) {
  const live = Boolean(out.isTTY) && process.env.CI === undefined
  let current

  const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`
  const draw = () => {
    const { title, note, at } = current
    const frame = FRAMES[Math.floor((performance.now() - at) / FRAME_MS) % FRAMES.length]
    out.write(`\r\u001b[2K${frame} ${title}${note ? `  ${note}` : ''}  ${seconds(at)}`)
  }
  const end = (mark) => {
    if (!current) return
    const { title, at, timer } = current
    clearInterval(timer)
    out.write(`${live ? '\r\u001b[2K' : ''}${mark} ${title}  ${seconds(at)}\n`)
    current = undefined
  }

  return {
    /** Runs `work`, showing `title`; `work` gets a function that shows how far it is. */
    async run(title, work) {
      current = { title, note: '', at: performance.now(), timer: undefined }
      if (live) current.timer = setInterval(draw, FRAME_MS)
      else out.write(`… ${title}\n`)
      const result = await work((note) => {
        if (current) current.note = note
      })
      end('✔')
      return result
    },
    fail: () => end('✘'),
  }
}
