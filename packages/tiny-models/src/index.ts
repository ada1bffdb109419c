export {
  TINY_CHECKPOINTS,
  TINY_COMPANIONS,
  type TinyModelName,
  tinyModelFolder,
} from './tiny-models.ts'
