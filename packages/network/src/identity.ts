import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerId, ReverieError } from '@reverie/core'
import { createFileOnce, readPrivateFile } from './private-file.ts'

/** Who this process is on the network. */
export interface Identity {
  readonly peer: PeerId
  readonly privateKey: Ed25519PrivateKey
  /** Ed25519 over `bytes`; 64 bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** Name of the key file in its folder. */
export const IDENTITY_FILE = 'identity.key'

/** A fresh identity that is written nowhere. */
export const generateIdentity = async (): Promise<Identity> =>
  identityOf(await generateKeyPair('Ed25519'))

/**
 * Reads the identity of a folder; makes one at first run (mode 0600, complete or not at all, also when two processes
 * start at once). The file is the base64 text of libp2p's protobuf private key.
 * @param folder is created when missing
 * @throws ReverieError `identity_unreadable` for a damaged key file or one that other users can read,
 * `data_folder_unusable` where none can be created
 */
export async function loadIdentity(folder: string): Promise<Identity> {
  const { path, text } =
    (await readPrivateFile(folder, IDENTITY_FILE)) ??
    (await createFileOnce(folder, IDENTITY_FILE, await newKeyText()))
  return identityOf(parseKey(path, text))
}

const newKeyText = async () =>
  `${Buffer.from(privateKeyToProtobuf(await generateKeyPair('Ed25519'))).toString('base64')}\n`

function identityOf(privateKey: Ed25519PrivateKey): Identity {
  return {
    peer: PeerId.parse(peerIdFromPrivateKey(privateKey).toString()),
    privateKey,
    sign: async (bytes) => privateKey.sign(bytes),
  }
}

function parseKey(path: string, text: string): Ed25519PrivateKey {
  const damaged = (why: string, cause?: unknown) =>
    new ReverieError(
      'identity_unreadable',
      `the identity key file ${path} is damaged (${why}): put a copy back, or move it away to get a new identity at the next start`,
      { path },
      { cause },
    )
  const base64 = text.trim()
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw damaged('not base64 text')
  try {
    const key = privateKeyFromProtobuf(Buffer.from(base64, 'base64'))
    if (key.type === 'Ed25519') return key
  } catch (cause) {
    throw damaged('not a libp2p private key', cause)
  }
  throw damaged('not an Ed25519 key')
}
