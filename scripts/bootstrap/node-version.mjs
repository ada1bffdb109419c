/** The oldest Node that can run the bootstrap. */
const OLDEST = 20

/**
 * Why this Node cannot set Reverie up, and what to do; undefined when it can.
 * @param {string} version e.g. "18.20.4"
 */
export function nodeProblem(version) {
  if (Number(version.split('.')[0]) >= OLDEST) return undefined
  return [
    `reverie needs Node ${OLDEST} or newer to set itself up; this is Node ${version}`,
    '  fix: install a current Node from https://nodejs.org and run the command again',
  ].join('\n')
}
