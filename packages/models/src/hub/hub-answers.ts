import * as z from 'zod/mini'

const MAX_PATH = 500
const Text = z.string().check(z.maxLength(500))
const Bytes = z.int().check(z.gte(0))

/** One entry of /api/models/<repo>/tree/<revision>: https://huggingface.co/docs/hub/api */
export const TreeEntry = z.object({
  type: Text,
  path: z.string().check(z.maxLength(MAX_PATH)),
  size: z.optional(Bytes),
  /** Git's name of the blob; of an LFS file that of its pointer. */
  oid: z.optional(z.string().check(z.maxLength(100))),
  lfs: z.optional(
    z.object({ oid: z.string().check(z.regex(/^(?:sha256:)?[0-9a-f]{64}$/)), size: Bytes }),
  ),
})
export type TreeEntry = z.infer<typeof TreeEntry>

export const Tree = z.array(TreeEntry).check(z.maxLength(10_000))

/** /api/models/<repo>/revision/<revision>, as much of it as is used. Card data is free text of the repository's owner. */
export const RepoInfo = z.object({
  sha: z.string().check(z.regex(/^[0-9a-f]{40,64}$/)),
  cardData: z.nullish(z.record(z.string(), z.unknown())),
  tags: z.optional(z.array(z.unknown())),
})
export type RepoInfo = z.infer<typeof RepoInfo>
