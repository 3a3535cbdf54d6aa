import { randomUUID } from 'node:crypto'
import { chmod, link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'
import { type Role, roles } from '../../shared/documents/trust.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { opened } from './passphrases.ts'
import { lockKey, makeKey, type PrivateJwk, privateJwk, publicPart, thumbprintOf, unlockKey } from './signing.ts'

/** What a key in the folder is for: a role of the trust document, or to sign the trust document itself. */
export type KeyPurpose = Role | 'root'
export const keyPurposes: readonly KeyPurpose[] = ['root', ...roles]

/** A key of the folder. Its file's name begins with its purpose: `approver.json`, `approver-lin.json`. */
export type KeyFile = {
  readonly name: string
  readonly purpose: KeyPurpose
  readonly kid: string
  readonly jwk: PublicJwk
  /** Whether the private part lies here too, so that one can sign with it. */
  readonly canSign: boolean
}

export type MadeKey = KeyFile & { readonly made: boolean }

/**
 * Makes the keys that the folder lacks, one for each name: `name.json` (private, 0600) and `name.public.json`. The folder is
 * made with 0700. What is there is never overwritten. With a passphrase the private keys are kept as JWE.
 */
export async function makeKeys(
  folder: string,
  names: readonly string[] = keyPurposes,
  passphrase: string | undefined = process.env.PLAZACAST_KEY_PASSPHRASE,
): Promise<MadeKey[]> {
  for (const name of names) purposeOf(name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const present = new Set((await listKeys(folder)).map(({ name }) => name))
  for (const name of names) {
    if (!present.has(name)) await makeOne(folder, name, passphrase)
  }
  const keys = await listKeys(folder)
  return keys.filter(({ name }) => names.includes(name)).map((key) => ({ ...key, made: !present.has(key.name) }))
}

/** All keys of the folder, read from their public files; an empty list if there is no such folder. */
export async function listKeys(folder: string): Promise<KeyFile[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new OperatorError(`The keys in ${folder} cannot be read: ${error.message}.`)
  })
  const names = files.filter((file) => file.endsWith('.public.json')).map((file) => basename(file, '.public.json'))
  const keys = await Promise.all(
    names.map(async (name): Promise<KeyFile> => {
      const jwk = await readPublic(join(folder, `${name}.public.json`))
      const canSign = files.includes(`${name}.json`)
      return { name, purpose: purposeOf(name), kid: await thumbprintOf(jwk), jwk, canSign }
    }),
  )
  const rank = ({ purpose }: KeyFile) => keyPurposes.indexOf(purpose)
  return keys.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

/**
 * The private key of this name; explains in a sentence what is missing, open to others, or locked. A locked one is opened
 * with PLAZACAST_KEY_PASSPHRASE, else the passphrase is asked for on the terminal: never for two keys at once.
 */
export async function privateKey(folder: string, name: string): Promise<PrivateJwk> {
  const path = join(folder, `${name}.json`)
  await checkNobodyElseReads(path)
  const content = parsedJson(path, await readFile(path, 'utf8'))
  const plain = privateJwk.safeParse(content)
  return plain.success ? plain.data : opened(path, (passphrase) => unlockKey(content, passphrase))
}

/** Several private keys, one after the other. */
export async function privateKeys(folder: string, names: readonly string[]): Promise<PrivateJwk[]> {
  const keys: PrivateJwk[] = []
  for (const name of names) keys.push(await privateKey(folder, name))
  return keys
}

/** The folder's first private key for a purpose; names the command that makes one if there is none. */
export async function privateKeyFor(folder: string, purpose: KeyPurpose): Promise<PrivateJwk> {
  const key = (await listKeys(folder)).find((one) => one.purpose === purpose && one.canSign)
  if (key) return privateKey(folder, key.name)
  throw new OperatorError(
    `There is no ${purpose} key in ${folder}. Make keys with: plazacast keys --keys ${folder}, or name another folder with --keys.`,
    2,
  )
}

function purposeOf(name: string): KeyPurpose {
  const purpose = keyPurposes.find((one) => name === one || name.startsWith(`${one}-`))
  if (purpose && /^[a-z0-9-]{1,64}$/.test(name)) return purpose
  throw new OperatorError(
    `"${name}" is no name for a key: it is ${keyPurposes.join(', ')}, or one of these with more after a dash, such as approver-lin.`,
    2,
  )
}

async function makeOne(folder: string, name: string, passphrase: string | undefined): Promise<void> {
  const key = await makeKey()
  const content = passphrase ? await lockKey(key, passphrase) : key
  await writeNew(join(folder, `${name}.json`), content, 0o600)
  await writeNew(join(folder, `${name}.public.json`), publicPart(key), 0o644)
}

/** Whole and on disk before it has its name, and never in the place of another file. */
async function writeNew(path: string, content: object, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  const file = await open(draft, 'wx', mode)
  try {
    await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`)
    await file.sync()
    await file.close()
    await chmod(draft, mode)
    await link(draft, path)
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
    throw exists ? new OperatorError(`${path} is there already; keys are never overwritten.`) : error
  } finally {
    await rm(draft, { force: true })
  }
}

/** A public key from a file: `name.public.json`, or any JWK without a private part. */
export async function readPublic(path: string): Promise<PublicJwk> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new OperatorError(`${path} cannot be read: ${error.message}.`, 2)
  })
  const content = parsedJson(path, text)
  if ('d' in content) throw new OperatorError(`${path} is a private key; only public ones are given to others.`, 2)
  const read = publicJwk.safeParse(content)
  if (read.success) return read.data
  throw new OperatorError(`${path} is not a public Ed25519 key (JWK).`, 2)
}

function parsedJson(path: string, text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch {
    throw new OperatorError(`${path} is not a key: it is not a JSON object.`, 2)
  }
}

async function checkNobodyElseReads(path: string): Promise<void> {
  const { mode } = await stat(path).catch(() => {
    throw new OperatorError(`There is no private key ${path}.`, 2)
  })
  if (process.platform === 'win32' || (mode & 0o077) === 0) return
  throw new OperatorError(`The private key ${path} can be read by others. Close it with: chmod 600 ${path}`)
}
