import { join } from 'node:path'
import { type Command, command } from '../adapters/command-line.ts'
import { runCommand, talk } from './console.ts'
import { keyPurposes, makeKeys } from './keys.ts'
import { readKeysFolder, type SettingsOptions } from './settings.ts'

/** `plazacast keys`: makes the keys that a fleet is run with. */
export function keysCommand(): Command {
  return command(
    'keys',
    'makes the signing keys that the folder lacks, and shows the thumbprints of all; never overwrites one',
    'plazacast keys --keys ./keys\nplazacast keys approver-lin approver-wu   # more approvers: a purpose, a dash, a name\nPLAZACAST_KEY_PASSPHRASE=… plazacast keys  # private keys under a passphrase',
  )
    .argument('[names...]', `what keys: ${keyPurposes.join(', ')}, or one of these with -name behind it`)
    .option('--keys <dir>', 'folder for the keys (PLAZACAST_KEYS; else plazacast/keys in the configuration folder)')
    .option('--operator <file>', 'operator.json that names the folder (PLAZACAST_OPERATOR)')
    .option('--json', 'one line of JSON for each key')
    .action((names: string[], options: SettingsOptions & { json?: boolean }) =>
      runCommand(options.json ?? false, async () => {
        const { say, emit } = talk(options.json ?? false)
        const folder = await readKeysFolder(options)
        const keys = await makeKeys(folder, names.length > 0 ? names : keyPurposes)
        say(`Keys in ${folder}:`)
        for (const { name, kid, purpose, made } of keys) {
          say(`  ${name.padEnd(16)} ${kid}  ${made ? 'made' : 'was there'}`)
          emit({ event: 'key', name, purpose, kid, made, publicFile: join(folder, `${name}.public.json`) })
        }
        const root = keys.find(({ purpose }) => purpose === 'root')
        if (root)
          say(`Players are started with the public root key: --root-keys ${join(folder, `${root.name}.public.json`)}`)
        return 0
      }),
    )
}
