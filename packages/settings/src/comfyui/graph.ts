import * as z from 'zod/mini'

/** A value of an input, or a link to another node: its id and the number of its output. */
const Link = z.tuple([z.union([z.string(), z.number()]), z.int()])
const Node = z.object({
  class_type: z.string(),
  inputs: z._default(z.record(z.string(), z.unknown()), {}),
})

/** ComfyUI's `prompt`: what was executed, nodes by id. */
export const ComfyGraph = z.record(z.string(), Node)
export type ComfyGraph = z.infer<typeof ComfyGraph>
export type ComfyNode = z.infer<typeof Node>

/** The node that an input is linked to. */
export function linked(graph: ComfyGraph, node: ComfyNode, input: string): ComfyNode | undefined {
  const link = Link.safeParse(node.inputs[input])
  if (!link.success) return undefined
  const id = String(link.data[0])
  return Object.hasOwn(graph, id) ? graph[id] : undefined
}

/** Steps along links before a search gives up: graphs of strangers may hold circles. */
const MAX_DEPTH = 64

/** The first node from `from` on, itself included, that `accept` takes, going back along these inputs. */
export function findBack(
  graph: ComfyGraph,
  from: ComfyNode | undefined,
  inputs: readonly string[],
  accept: (node: ComfyNode) => boolean,
): ComfyNode | undefined {
  let node = from
  for (let depth = 0; node !== undefined && depth < MAX_DEPTH; depth++) {
    if (accept(node)) return node
    const here: ComfyNode = node
    node = inputs.map((input) => linked(graph, here, input)).find((each) => each !== undefined)
  }
  return undefined
}
