import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** File names of the native library, by platform. */
const NAMES: Readonly<Record<string, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
}

/** The native library that onnxruntime-node ships for this platform, and the version of its package. */
export function findLibrary(
  platform: string = process.platform,
  arch: string = process.arch,
): { readonly file: string; readonly version: string } {
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('onnxruntime-node/package.json')
  const { version } = require(manifest) as { version: string }
  const name = NAMES[platform] ?? NAMES.linux ?? ''
  return { file: join(dirname(manifest), 'bin', 'napi-v6', platform, arch, name), version }
}
