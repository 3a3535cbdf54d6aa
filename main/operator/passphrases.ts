import { OperatorError } from '../../shared/operator/operator-error.ts'
import { askHidden, canAsk } from '../adapters/terminal-prompt.ts'

/** A passphrase that was typed once opens the other keys of the same person, too; it is gone with the process. */
let typedBefore: string | undefined

/** The passphrase that new keys are kept under: PLAZACAST_KEY_PASSPHRASE for machines, else asked for twice; undefined: none. */
export async function newPassphrase(without: boolean): Promise<string | undefined> {
  const given = process.env.PLAZACAST_KEY_PASSPHRASE
  if (given) return given
  if (without || !canAsk()) return undefined
  const first = await asked('Passphrase for the private keys: ')
  if (first === '') throw new OperatorError('A passphrase is needed; or say --without-passphrase.', 2)
  if ([...first].length < 8) throw new OperatorError('That is too short: take at least eight characters.', 2)
  if (first !== (await asked('The same again: ')))
    throw new OperatorError('These are not the same; nothing was made.', 2)
  return first
}

/** Tries to open a locked key: with the environment's passphrase, else by asking, three times at most. */
export async function opened<T>(path: string, unlock: (passphrase: string) => Promise<T | undefined>): Promise<T> {
  const given = process.env.PLAZACAST_KEY_PASSPHRASE
  if (given) {
    const key = await unlock(given)
    if (key === undefined) throw new OperatorError(`The passphrase in PLAZACAST_KEY_PASSPHRASE does not open ${path}.`)
    return key
  }
  const again = typedBefore === undefined ? undefined : await unlock(typedBefore)
  if (again !== undefined) return again
  if (!canAsk()) throw new OperatorError(`The key ${path} is locked: set PLAZACAST_KEY_PASSPHRASE to its passphrase.`)
  for (let tries = 0; tries < 3; tries++) {
    const typed = await asked(`Passphrase of ${path}: `)
    const key = await unlock(typed)
    typedBefore = typed
    if (key !== undefined) return key
    process.stderr.write('That does not open it.\n')
  }
  throw new OperatorError(`${path} stays locked.`)
}

async function asked(question: string): Promise<string> {
  const typed = await askHidden(question)
  if (typed === undefined) throw new OperatorError('Given up; nothing was done.')
  return typed
}
