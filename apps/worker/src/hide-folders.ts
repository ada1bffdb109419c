import type { ErrorObject, InstalledModel } from '@reverie/core'

/**
 * An error as strangers may read it: models' folders are called by their models' names, and the volunteer's home folder,
 * which often is their name, `~`.
 */
export function hideFolders(
  { code, message, facts }: ErrorObject,
  models: Iterable<InstalledModel>,
  home: string,
): ErrorObject {
  const folders: (readonly [folder: string, name: string])[] = [
    ...[...models].map(({ folder, manifest }) => [folder, manifest.name] as const),
    [home, '~'],
  ]
  // The longest first: a folder inside another goes by its own name.
  const ordered = folders
    .filter(([folder]) => folder.length > 1)
    .toSorted(([a], [b]) => b.length - a.length)
  const hidden = (text: string) =>
    ordered.reduce((rest, [folder, name]) => rest.replaceAll(folder, name), text)
  const shown = Object.entries(facts).map(
    ([name, value]) => [name, typeof value === 'string' ? hidden(value) : value] as const,
  )
  return { code, message: hidden(message), facts: Object.fromEntries(shown) }
}
