// Entry of `npm start`, `npm test` and `npm run tool -- <command>`: needs only Node 20 and npm, brings the rest.
// Nothing but syntax of very old Nodes here, so that they can read why they will not do.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(
    `reverie needs Node 20 or newer to set itself up; this is Node ${process.versions.node}. ` +
      'Install a current Node from https://nodejs.org and run the command again.',
  )
  process.exit(1)
}
const { bootstrap } = await import('./bootstrap.mjs')
process.exitCode = await bootstrap(process.argv[2], process.argv.slice(3))
