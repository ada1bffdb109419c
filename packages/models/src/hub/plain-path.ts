/** A path inside a folder: relative, forward slashes, no steps upwards, nothing a file system gives a meaning of its own. */
export const isPlainPath = (path: string): boolean =>
  path.length > 0 &&
  path.length <= 500 &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
  !/[\\:\x00-\x1f]/.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
