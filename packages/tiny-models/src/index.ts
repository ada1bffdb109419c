export { type FullSizeOptions, makeFullSizeModel } from './make-full-size-model.ts'
export {
  TINY_CHECKPOINTS,
  TINY_COMPANIONS,
  type TinyModelName,
  tinyModelFolder,
} from './tiny-models.ts'
