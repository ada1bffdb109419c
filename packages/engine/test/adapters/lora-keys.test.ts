import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLdmName } from '../../src/adapters/ldm-names.ts'
import { parseLoraKey } from '../../src/adapters/lora-keys.ts'
import { modulePath } from '../../src/adapters/module-path.ts'

const Q = 'down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q'
const CLIP_Q = 'encoder_layers_3_self_attn_q_proj'

describe('parseLoraKey', () => {
  it.each([
    [`lora_unet_${Q}.lora_up.weight`, 'unet', Q, 'up'],
    [`lora_unet_${Q}.alpha`, 'unet', Q, 'alpha'],
    [`lora_unet_${Q}.hada_w1_a`, 'unet', Q, 'hada_w1_a'],
    [`lycoris_unet_${Q}.lokr_w2_b`, 'unet', Q, 'lokr_w2_b'],
    [
      'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight',
      'unet',
      Q,
      'down',
    ],
    [
      'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora.up.weight',
      'unet',
      Q,
      'up',
    ],
    [
      'base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_B.default.weight',
      'unet',
      Q,
      'up',
    ],
    [
      'down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight',
      'unet',
      Q,
      'down',
    ],
    [
      'mid_block.attentions.0.transformer_blocks.0.attn2.processor.to_out_lora.up.weight',
      'unet',
      'mid_block_attentions_0_transformer_blocks_0_attn2_to_out_0',
      'up',
    ],
    [
      'lora_te_text_model_encoder_layers_3_self_attn_q_proj.lora_down.weight',
      'textEncoder',
      CLIP_Q,
      'down',
    ],
    ['lora_te1_text_model_encoder_layers_3_self_attn_q_proj.alpha', 'textEncoder', CLIP_Q, 'alpha'],
    [
      'lora_te2_text_model_encoder_layers_3_self_attn_q_proj.alpha',
      'textEncoder2',
      CLIP_Q,
      'alpha',
    ],
    [
      'text_encoder_2.text_model.encoder.layers.3.self_attn.q_proj.lora_linear_layer.up.weight',
      'textEncoder2',
      CLIP_Q,
      'up',
    ],
    [
      'text_encoder.text_model.encoder.layers.3.self_attn.to_q_lora.up.weight',
      'textEncoder',
      CLIP_Q,
      'up',
    ],
    ['lora_te2_text_projection.lora_up.weight', 'textEncoder2', 'text_projection', 'up'],
  ])('%s', (key, part, path, role) => {
    expect(parseLoraKey(key)).toMatchObject({ part, path, role })
  })

  it.each([
    [`lora_unet_${Q}.dora_scale`, 'DoRA'],
    ['unet.mid_block.x.lora_magnitude_vector.weight', 'DoRA'],
    [`lora_unet_${Q}.oft_blocks`, 'OFT'],
    [`lora_unet_${Q}.on_input`, 'IA3'],
    [`lora_unet_${Q}.a1.weight`, 'GLoRA'],
  ])('%s is of a method that is refused', (key, method) => {
    expect(parseLoraKey(key)).toEqual({ method })
  })

  it('never throws, and knows nothing of other names', () => {
    fc.assert(fc.property(fc.string(), (key) => void parseLoraKey(key)))
    expect(parseLoraKey('model.diffusion_model.out.2.weight')).toBeUndefined()
  })
})

describe('fromLdmName', () => {
  it.each([
    ['input_blocks_0_0', 'conv_in'],
    ['input_blocks_1_0_in_layers_2', 'down_blocks_0_resnets_0_conv1'],
    ['input_blocks_3_0_op', 'down_blocks_0_downsamplers_0_conv'],
    ['input_blocks_4_1_proj_in', 'down_blocks_1_attentions_0_proj_in'],
    ['input_blocks_8_1_norm', 'down_blocks_2_attentions_1_norm'],
    ['middle_block_0_emb_layers_1', 'mid_block_resnets_0_time_emb_proj'],
    ['middle_block_1_proj_out', 'mid_block_attentions_0_proj_out'],
    ['middle_block_2_out_layers_3', 'mid_block_resnets_1_conv2'],
    ['output_blocks_0_0_skip_connection', 'up_blocks_0_resnets_0_conv_shortcut'],
    ['output_blocks_2_1_conv', 'up_blocks_0_upsamplers_0_conv'],
    ['output_blocks_2_2_conv', 'up_blocks_0_upsamplers_0_conv'],
    ['output_blocks_5_1_proj_in', 'up_blocks_1_attentions_2_proj_in'],
    ['time_embed_2', 'time_embedding_linear_2'],
    ['label_emb_0_0', 'add_embedding_linear_1'],
    ['diffusion_model_out_2', 'conv_out'],
  ])('%s is %s', (ldm, diffusers) => {
    expect(fromLdmName(ldm)).toBe(diffusers)
  })

  it('leaves the names of diffusers alone', () => {
    expect(fromLdmName(`${Q.slice(0, -2)}out_0`)).toBeUndefined()
  })
})

describe('modulePath', () => {
  it.each([
    '/down_blocks.0/attentions.0/transformer_blocks.0/attn1/to_q',
    '/module/down_blocks.0/attentions.0/transformer_blocks.0/attn1/to_q',
    'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q',
    'input_blocks_1_1_transformer_blocks_0_attn1_to_q',
    'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_q',
  ])('%s is one module', (name) => {
    expect(modulePath(name)).toBe(Q)
  })
})
