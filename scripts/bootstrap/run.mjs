// Entry of `npm start`, `npm test` and `npm run tool -- <command>`: needs only Node 20 and npm, brings the rest.
// Nothing but syntax of old Nodes here and in node-version.mjs, so that they can say why they will not do.
import { nodeProblem } from './node-version.mjs'

const problem = nodeProblem(process.versions.node)
if (problem) {
  console.error(`✘ ${problem}`)
  process.exitCode = 1
} else {
  // A bug shows itself with its stack.
  void import('./bootstrap.mjs')
    .then(({ bootstrap }) => bootstrap(process.argv[2], process.argv.slice(3)))
    .then((code) => {
      process.exitCode = code
    })
}
