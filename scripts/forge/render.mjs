// Step 1: emoji SVGs -> 128x128 RGBA pictures (data.rgba), their names and styles (meta.json) in WORK.
import { once } from 'node:events'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import sharp from 'sharp'

const require = createRequire(import.meta.url)
const work = process.env.WORK ?? '.'
const SIZE = 128
const STYLES = { 'fluent-emoji-flat': 'flat', 'fluent-emoji': '3d', noto: 'noto' }
const SKIN_TONES = /-(light|medium|dark|medium-light|medium-dark)(-|$)|skin-tone/
const NOT_PICTURES = new RegExp(
  [
    '^flag-',
    '^keycap',
    '-flag$',
    '^regional',
    '^[0-9]$',
    '^person-.*-(man|woman)',
    'family',
    'couple',
    'kiss-',
    'men-holding',
    'women-holding',
    'people-holding',
    'symbol-indicator',
    '^empty-',
  ].join('|'),
)
/** Share of the picture that must not be transparent. */
const MIN_COVERAGE = 0.03

function rasterise(icon, set) {
  const width = icon.width ?? set.width ?? 32
  const height = icon.height ?? set.height ?? 32
  const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
  const box = `width="${SIZE}" height="${SIZE}" viewBox="0 0 ${width} ${height}"`
  return sharp(Buffer.from(`<svg ${namespaces} ${box}>${icon.body}</svg>`))
    .resize(SIZE, SIZE, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .ensureAlpha()
    .raw()
    .toBuffer()
}

const coverage = (rgba) =>
  rgba.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0) / (SIZE * SIZE * 255)

const meta = []
const out = fs.createWriteStream(path.join(work, 'data.rgba'))
for (const [name, style] of Object.entries(STYLES)) {
  const set = require(`@iconify-json/${name}/icons.json`)
  for (const [key, icon] of Object.entries(set.icons)) {
    if (icon.hidden || SKIN_TONES.test(key) || NOT_PICTURES.test(key)) continue
    // A few SVGs use features that the renderer lacks.
    const rgba = await rasterise(icon, set).catch(() => undefined)
    if (!rgba || coverage(rgba) < MIN_COVERAGE) continue
    if (!out.write(rgba)) await once(out, 'drain')
    meta.push({ name: key.replace(/-/g, ' '), style })
  }
  console.log(style, meta.length)
}
out.end()
fs.writeFileSync(path.join(work, 'meta.json'), JSON.stringify(meta))
