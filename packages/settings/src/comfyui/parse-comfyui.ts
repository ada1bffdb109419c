import { SeedInput, samplerFrom, scheduleFrom } from '@reverie/core'
import type { PictureSettings, ReadSettings } from '../settings.ts'
import { ComfyGraph, type ComfyNode, findBack, linked } from './graph.ts'

/** ComfyUI's graph in JSON: large workflows have a few hundred kilobytes. */
const MAX_CHARS = 1024 * 1024

/**
 * Reads what ComfyUI executed (the text `prompt` of its PNGs): the first KSampler and the prompts, size and checkpoint
 * that lead to it. Never throws; undefined when the text is no such graph or nothing in it samples.
 */
export function parseComfyui(text: string): ReadSettings | undefined {
  const graph = parseGraph(text)
  const sampler = graph && Object.values(graph).find(({ class_type }) => SAMPLING.test(class_type))
  if (graph === undefined || sampler === undefined) return undefined
  const { steps, cfg, sampler_name, scheduler, denoise } = sampler.inputs
  const seed = SeedInput.safeParse(sampler.inputs.seed ?? sampler.inputs.noise_seed)
  const knownSampler = samplerFrom('comfy', String(sampler_name))
  const knownSchedule = scheduleFrom('comfy', String(scheduler))
  const prompt = textOf(graph, sampler, 'positive') ?? ''
  const model = textValue(
    findBack(graph, linked(graph, sampler, 'model'), ['model'], has('ckpt_name'))?.inputs.ckpt_name,
  )
  const settings: PictureSettings = {
    prompt,
    negativePrompt: textOf(graph, sampler, 'negative') ?? '',
    // Weights count differently there than in AUTOMATIC1111.
    promptSyntax: 'comfy',
    ...(typeof steps === 'number' ? { steps } : {}),
    ...(typeof cfg === 'number' ? { cfgScale: cfg } : {}),
    ...(seed.success ? { seed: seed.data } : {}),
    ...(knownSampler === undefined ? {} : { sampler: knownSampler }),
    ...(knownSchedule === undefined ? {} : { schedule: knownSchedule }),
    ...sizeOf(graph, sampler),
    ...(model === undefined ? {} : { model }),
  }
  return {
    source: 'comfyui',
    settings,
    others: {
      ...(knownSampler === undefined ? { sampler_name: String(sampler_name) } : {}),
      ...(knownSchedule === undefined ? { scheduler: String(scheduler) } : {}),
      ...(typeof denoise === 'number' && denoise < 1 ? { denoise: String(denoise) } : {}),
    },
  }
}

const SAMPLING = /^KSampler(Advanced)?$/

const has = (input: string) => (node: ComfyNode) => textValue(node.inputs[input]) !== undefined

const textValue = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

function parseGraph(text: string): ComfyGraph | undefined {
  if (text.length > MAX_CHARS) return undefined
  try {
    // Programs in Python write NaN, which JSON does not know.
    const value: unknown = JSON.parse(text.replaceAll(/\bNaN\b/g, 'null'))
    const graph = ComfyGraph.safeParse(value)
    return graph.success ? graph.data : undefined
  } catch {
    return undefined
  }
}

/** The text of the encoder that a sampler's input leads to; SDXL's encoder has two, of which the first is the larger. */
function textOf(graph: ComfyGraph, sampler: ComfyNode, input: string): string | undefined {
  const encoder = findBack(
    graph,
    linked(graph, sampler, input),
    ['conditioning', 'conditioning_1', 'conditioning_to', 'positive', 'negative'],
    ({ inputs }) => 'text' in inputs || 'text_g' in inputs,
  )
  if (encoder === undefined) return undefined
  const direct = textValue(encoder.inputs.text) ?? textValue(encoder.inputs.text_g)
  if (direct !== undefined) return direct
  // The text comes from a node of its own.
  const source = linked(graph, encoder, 'text') ?? linked(graph, encoder, 'text_g')
  const { text, value, string } = source?.inputs ?? {}
  return textValue(text) ?? textValue(value) ?? textValue(string)
}

function sizeOf(graph: ComfyGraph, sampler: ComfyNode): { width?: number; height?: number } {
  const latent = findBack(
    graph,
    linked(graph, sampler, 'latent_image'),
    ['samples', 'latent', 'latent_image'],
    ({ inputs }) => typeof inputs.width === 'number' && typeof inputs.height === 'number',
  )
  const { width, height } = latent?.inputs ?? {}
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : {}
}
