import { join } from 'node:path'
import { countText } from '../../shared/operator/sizes.ts'
import { spokenThumbprint } from '../../shared/operator/thumbprint-text.ts'
import { type Command, command } from '../adapters/command-line.ts'
import { runCommand, talk } from './console.ts'
import { keyPurposes, listKeys, makeKeys } from './keys.ts'
import { newPassphrase } from './passphrases.ts'
import { readKeysFolder, type SettingsOptions } from './settings.ts'

type KeysOptions = SettingsOptions & { readonly json?: boolean; readonly withoutPassphrase?: boolean }

/** `plazacast keys`: makes the keys that a fleet is run with. */
export function keysCommand(): Command {
  return command(
    'keys',
    'makes the signing keys that the folder lacks, and shows the thumbprints of all; never overwrites one, never shows a private one',
    'plazacast keys --keys ./keys\nplazacast keys approver-lin                # an approver makes a key of her own: a purpose, a dash, a name\nPLAZACAST_KEY_PASSPHRASE=… plazacast keys  # for machines: the passphrase is not asked for',
  )
    .argument('[names...]', `what keys: ${keyPurposes.join(', ')}, or one of these with -name behind it`)
    .option('--keys <dir>', 'folder for the keys (PLAZACAST_KEYS; else plazacast/keys in the configuration folder)')
    .option('--operator <file>', 'operator.json that names the folder (PLAZACAST_OPERATOR)')
    .option('--without-passphrase', 'keep the private keys readable by whoever can read the files')
    .option('--json', 'one line of JSON for each key')
    .action((names: string[], options: KeysOptions) =>
      runCommand(options.json ?? false, () => showKeys(names.length > 0 ? names : keyPurposes, options)),
    )
}

async function showKeys(names: readonly string[], options: KeysOptions): Promise<number> {
  const { say, emit } = talk(options.json ?? false)
  const folder = await readKeysFolder(options)
  const present = new Set((await listKeys(folder)).map(({ name }) => name))
  const lacking = names.some((name) => !present.has(name))
  const passphrase = lacking ? await newPassphrase(options.withoutPassphrase ?? false) : undefined
  const keys = await makeKeys(folder, names, passphrase)
  say(`Keys in ${folder}:`)
  for (const { name, kid, purpose, made } of keys) {
    say(`  ${name.padEnd(16)} ${kid}  ${made ? 'made' : 'was there'}`)
    say(`  ${''.padEnd(16)} ${spokenThumbprint(kid)}`)
    emit({ event: 'key', name, purpose, kid, made, publicFile: join(folder, `${name}.public.json`) })
  }
  const made = keys.filter((key) => key.made)
  if (made.length > 0 && passphrase === undefined) {
    say(`${countText(made.length, 'private key')} without a passphrase: whoever reads the files can sign.`)
  }
  if (made.length > 0) {
    say('Give others only the files *.public.json, and compare the thumbprint with them by voice.')
  }
  const root = keys.find(({ purpose }) => purpose === 'root')
  if (root) say(`Players are started with the public root key: --root-keys ${join(folder, `${root.name}.public.json`)}`)
  return 0
}
