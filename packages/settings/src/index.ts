export {
  formatSettings,
  type NamedModel,
  type SettingsModels,
  type StatedJob,
} from './a1111/format-settings.ts'
export { parseSettings } from './a1111/parse-settings.ts'
export { parseComfyui } from './comfyui/parse-comfyui.ts'
export { readSettings } from './read-settings.ts'
export type { PictureSettings, ReadSettings } from './settings.ts'
