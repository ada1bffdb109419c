import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'

/** A golden file is not what it should be; the message says which and how. */
export class GoldenFileError extends Error {
  override readonly name = 'GoldenFileError'
}

const MAX_BYTES = 512 * 1024 * 1024

/** A vector. What Python could not compute (NaN) stays NaN: some unserved schedulers' references hold such values. */
export const Numbers = z.array(
  z.union([
    z.number(),
    z.pipe(
      z.null(),
      z.transform(() => Number.NaN),
    ),
  ]),
)
export const SeedText = z.string().check(z.regex(/^\d{1,20}$/))

/** @throws GoldenFileError */
export async function readGoldenBytes(folder: string, file: string): Promise<Buffer> {
  const path = join(folder, file)
  try {
    const { size } = await stat(path)
    if (size <= MAX_BYTES) return await readFile(path)
  } catch (cause) {
    throw new GoldenFileError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  throw new GoldenFileError(`${path} is larger than the ${MAX_BYTES} bytes that are read`)
}

/** @throws GoldenFileError when the file is not JSON or has another shape than `schema` */
export async function readGoldenJson<T extends z.ZodMiniType>(
  folder: string,
  file: string,
  schema: T,
): Promise<z.infer<T>> {
  const text = (await readGoldenBytes(folder, file)).toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(withoutPythonNumbers(text))
  } catch (cause) {
    throw new GoldenFileError(`${join(folder, file)} is not JSON: ${(cause as Error).message}`)
  }
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new GoldenFileError(
    `${join(folder, file)}: field ${issue?.path.join('.') || '(root)'}: ${issue?.message ?? 'invalid'}`,
  )
}

/** Python writes numbers that JSON has no word for, outside strings; schedulers' settings hold some. */
const withoutPythonNumbers = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    token.startsWith('"') ? token : 'null',
  )
