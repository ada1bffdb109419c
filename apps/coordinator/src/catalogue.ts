import { ReverieError } from '@reverie/core'
import type { Catalogue, CatalogueModel } from '@reverie/dispatch'
import type { ModelCatalogue } from './http/ports.ts'

/** The models that this coordinator offers; the first is the default. */
export function createCatalogue(
  models: readonly [CatalogueModel, ...(readonly CatalogueModel[])],
): {
  readonly dispatch: Catalogue
  readonly http: ModelCatalogue
} {
  const offered: readonly CatalogueModel[] = models.map(({ cid, manifest }) => ({ cid, manifest }))
  const [first] = models
  const find = (nameOrCid: string) =>
    offered.find(({ cid, manifest }) => cid === nameOrCid || manifest.name === nameOrCid)

  return {
    http: { list: () => offered, find, default: first.cid },
    dispatch: {
      list: () => offered,
      find: (nameOrCid) => {
        const found = find(nameOrCid ?? first.cid)
        if (found) return found
        const accepted = offered.map(({ manifest }) => manifest.name).join(', ')
        throw new ReverieError(
          'model_not_found',
          `no model ${JSON.stringify(nameOrCid)} is offered here; there is: ${accepted}`,
          { field: 'model', accepted },
        )
      },
    },
  }
}
