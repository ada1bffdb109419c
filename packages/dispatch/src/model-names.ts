import type { NameModel } from './explain-wait.ts'
import type { Catalogue } from './ports.ts'

/** The name under which a model is offered here; its CID where it no longer is. */
export const namesIn =
  (catalogue: Catalogue): NameModel =>
  (cid) =>
    catalogue.list().find((model) => model.cid === cid)?.manifest.name ?? cid
