import type { Handlers } from '@reverie/api/server'
import { ReverieError } from '@reverie/core'
import type { HttpModules } from '../ports.ts'
import { modelView } from '../views/model-view.ts'

export function modelHandlers({
  models,
  gateway,
}: Pick<HttpModules, 'models' | 'gateway'>): Pick<Handlers, 'listModels' | 'getModel'> {
  return {
    listModels: async () => {
      const workers = gateway.workers()
      return { models: models.list().map((model) => modelView(model, models, workers)) }
    },

    getModel: async ({ params: { name } }) => {
      const model = models.find(name)
      if (model) return modelView(model, models, gateway.workers())
      const accepted = models
        .list()
        .map(({ manifest }) => manifest.name)
        .join(', ')
      throw new ReverieError(
        'model_not_found',
        `No model ${JSON.stringify(name)} is in the catalogue; there is: ${accepted}.`,
        { field: 'name', accepted },
      )
    },
  }
}
