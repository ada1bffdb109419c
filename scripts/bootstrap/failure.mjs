/** A failure with a sentence for people: what happened and what to do next. */
export class Failure extends Error {
  /** @param {{ fix?: string, details?: string }} [more] */
  constructor(message, { fix, details } = {}) {
    super(message)
    this.fix = fix
    this.details = details
  }
}

/** Characters of a line that are shown. */
const MAX_LINE = 300

const RULES = [
  {
    pattern: /spawn npm(\.cmd)? ENOENT|'npm' is not recognized/,
    message: 'npm is not on the PATH',
    fix: "install Node with its npm from https://nodejs.org, or your system's npm package, and run the command again",
  },
  {
    pattern: /spawn .*(ENOENT|EACCES|ENOEXEC)/,
    message: 'the program is not there or cannot run on this machine',
    fix: 'check its name; where it is one of .toolchain or node_modules, delete that folder and run the command again',
  },
  {
    pattern: /ENOSPC|no space left/i,
    message: 'the disk is full',
    fix: 'free about 2 GB (packages and their cache) and run the command again',
  },
  {
    pattern: /EROFS|read-only file system|EACCES|EPERM|permission denied/i,
    message: 'a folder cannot be written',
    fix: 'clone into a folder you own; root is never needed. If an earlier run was made as root, give the folder back with chown',
  },
  {
    pattern: /EINTEGRITY|ERR_PNPM_TARBALL_INTEGRITY|integrity/i,
    message: 'a downloaded package is not the one that was recorded',
    fix: 'clear the cache (npm cache clean --force) and try again; if it stays, the registry or a proxy changes packages: do not go on',
  },
  {
    pattern: /ERR_PNPM_OUTDATED_LOCKFILE/,
    message: 'pnpm-lock.yaml does not match the package.json files',
    fix: 'run `npm run tool -- pnpm install` and commit pnpm-lock.yaml',
  },
  {
    pattern: /\b(E404|404)\b|ERR_PNPM_NO_MATCHING_VERSION|ETARGET/,
    message: 'the registry does not have a package that is needed',
    fix: 'check `npm config get registry`: a mirror may be behind; https://registry.npmjs.org has all of them',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH|FETCH_FAIL|fetch failed|timed? ?out|error sending request|dns error/i,
    message: 'the npm registry does not answer',
    fix: 'check the network, `npm config get registry` and, behind a proxy, HTTPS_PROXY; then run the command again',
  },
]

/** The line of a tool's output that says most about why the rule applies. */
const evidence = (output, pattern) =>
  output
    .split('\n')
    .map((line) => line.trim().slice(0, MAX_LINE))
    .filter((line) => pattern.test(line))
    .toSorted((a, b) => b.length - a.length)[0]

/**
 * Explains the output of a tool that failed.
 * @param {string} doing what was under way, e.g. "installing packages"
 */
export function explain(doing, output) {
  const rule = RULES.find(({ pattern }) => pattern.test(output))
  if (rule) {
    const details = evidence(output, rule.pattern)
    return new Failure(`${doing} failed: ${rule.message}`, { fix: rule.fix, details })
  }
  return new Failure(`${doing} failed`, {
    fix: 'the lines below are what the tool said; run the command again once that is mended',
    details: output.trim().split('\n').slice(-6).join('\n').slice(-1_500),
  })
}
