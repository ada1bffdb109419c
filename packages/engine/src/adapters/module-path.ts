import { fromLdmName } from './ldm-names.ts'

/** Where CLIP's and the UNet's own names begin; whatever exporters and trainers put before it is a wrapper. */
const ROOTS =
  /(?:^|_)((?:down_blocks|mid_block|up_blocks|conv_in|conv_out|conv_norm_out|time_embedding|add_embedding|encoder_layers|embeddings|final_layer_norm|text_projection)(?:_|$).*)/

/**
 * One way of writing a module of a network, with underscores and without wrappers, e.g.
 * "down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q": adapters in kohya's format have lost their dots, so
 * dotted names and node names (`/down_blocks.0/...`) are flattened too.
 */
export function modulePath(name: string): string {
  const flat = name.replace(/^[/.]+/, '').replace(/[/.]+/g, '_')
  const path = fromLdmName(flat) ?? flat
  return ROOTS.exec(path)?.[1] ?? path
}
