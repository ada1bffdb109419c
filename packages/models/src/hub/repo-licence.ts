import type { RepoInfo } from './hub-answers.ts'

/** The hub's identifiers that SPDX has, in SPDX's spelling: https://huggingface.co/docs/hub/repositories-licenses */
const SPDX: Readonly<Record<string, string>> = {
  'apache-2.0': 'Apache-2.0',
  mit: 'MIT',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'cc0-1.0': 'CC0-1.0',
  'cc-by-4.0': 'CC-BY-4.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  'cc-by-nc-4.0': 'CC-BY-NC-4.0',
  'gpl-3.0': 'GPL-3.0-only',
  'agpl-3.0': 'AGPL-3.0-only',
  unlicense: 'Unlicense',
}

/** The licence that a repository's card or tags name, as SPDX writes it; undefined where they name none. */
export function licenceOf({ cardData, tags = [] }: RepoInfo): string | undefined {
  const tag = tags.find((each) => typeof each === 'string' && each.startsWith('license:'))
  const named = [cardData?.license, (tag as string | undefined)?.slice('license:'.length)]
  // "other" says that the name stands beside it.
  const id = named.find((each) => typeof each === 'string' && each !== '')
  const other = cardData?.license_name
  return spdx(id === 'other' && typeof other === 'string' ? other : (id as string | undefined))
}

/** An SPDX identifier, or a LicenseRef made of what was named. */
export function spdx(named: string | undefined): string | undefined {
  if (named === undefined) return undefined
  const known = SPDX[named.toLowerCase()]
  if (known !== undefined) return known
  if (/^LicenseRef-[\w.-]+$/.test(named) || Object.values(SPDX).includes(named)) return named
  const plain = named
    .toLowerCase()
    .replaceAll('++', '-plus-plus')
    .replaceAll(/[^a-z0-9.-]+/g, '-')
  const ref = plain.replaceAll(/^-+|-+$/g, '').slice(0, 80)
  return ref === '' ? undefined : `LicenseRef-${ref}`
}
