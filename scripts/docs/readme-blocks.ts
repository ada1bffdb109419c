/** One TypeScript example of a README. */
export interface ReadmeBlock {
  /** 1-based line of the block's first line of code. */
  readonly line: number
  readonly code: string
}

const OPEN = /^```ts\s*$/
const CLOSE = /^```\s*$/

/** The ```ts blocks of a Markdown text, in order. @throws Error when a block is never closed */
export function readmeBlocks(markdown: string): ReadmeBlock[] {
  const lines = markdown.split(/\r?\n/)
  const blocks: ReadmeBlock[] = []
  for (let i = 0; i < lines.length; i++) {
    if (!OPEN.test(lines[i] ?? '')) continue
    const end = lines.findIndex((line, at) => at > i && CLOSE.test(line))
    if (end === -1) throw new Error(`the \`\`\`ts block opened on line ${i + 1} is never closed`)
    blocks.push({ line: i + 2, code: lines.slice(i + 1, end).join('\n') })
    i = end
  }
  return blocks
}

/** The block as a module of its own whose line numbers are the README's, so that the compiler's messages point there. */
export const blockModule = ({ line, code }: ReadmeBlock): string =>
  `${'\n'.repeat(line - 1)}${code}\nexport {}\n`
