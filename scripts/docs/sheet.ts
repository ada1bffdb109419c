/** One picture of a sheet. */
export interface Tile {
  readonly label: string
  /** A JPEG file. */
  readonly jpeg: Uint8Array
}

export interface SheetRow {
  readonly title: string
  readonly tiles: readonly Tile[]
}

const TILE = 128
const GAP = 12
const LABEL = 18
const TITLE = 30

/** Lays pictures out in labelled rows as an SVG that holds them, so that it is one file and its text stays text. */
export function drawSheet(rows: readonly SheetRow[], columns: number): string {
  let y = 0
  const parts: string[] = []
  for (const { title, tiles } of rows) {
    parts.push(text(title, GAP, y + TITLE - 9, 15, 'bold'))
    y += TITLE
    tiles.forEach(({ label, jpeg }, i) => {
      const left = GAP + (i % columns) * (TILE + GAP)
      const top = y + Math.floor(i / columns) * (TILE + LABEL + GAP)
      const data = Buffer.from(jpeg).toString('base64')
      parts.push(
        `<image x="${left}" y="${top}" width="${TILE}" height="${TILE}" href="data:image/jpeg;base64,${data}"/>`,
        text(label, left, top + TILE + 13, 11, 'normal'),
      )
    })
    y += Math.ceil(tiles.length / columns) * (TILE + LABEL + GAP) + GAP
  }
  const width = GAP + columns * (TILE + GAP)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(rows.map(({ title }) => title).join('; '))}</title>`,
    `<rect width="${width}" height="${y}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

const text = (content: string, x: number, y: number, size: number, weight: string): string =>
  `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="#222">${escaped(content)}</text>`

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
