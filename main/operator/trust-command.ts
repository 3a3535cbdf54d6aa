import { basename } from 'node:path'
import { type Role, roles } from '../../shared/documents/trust.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { tableLines } from '../../shared/operator/text-table.ts'
import { spokenThumbprint } from '../../shared/operator/thumbprint-text.ts'
import { timeText } from '../../shared/operator/trust-changes.ts'
import { keysMeantBy, listedKeys } from '../../shared/operator/trust-edit.ts'
import {
  Argument,
  type Command,
  command,
  numberOption,
  Option,
  severalOption,
  withSettings,
} from '../adapters/command-line.ts'
import { runCommand, talk } from './console.ts'
import { instantOf } from './instants.ts'
import { listKeys, readPublic } from './keys.ts'
import { editsFor, kidOf, knownTrust, type TrustChoices } from './trust.ts'
import { changeTrust, type TrustOptions, withTrust } from './trust-run.ts'

/** `plazacast trust`: tells the fleet whose signatures count. */
export function trustCommand(): Command {
  const push = pushCommand(
    'trust',
    'signs with the root key which keys count, and for what, and pushes it to the fleet\n(without another word: trust push, which lets the keys of the folder count)',
    'plazacast trust --keys ./keys --broker mqtt://broker.example\nplazacast trust show\nplazacast trust add lin.public.json --role approver --label "Lin, culture office"\nplazacast trust need 2\nplazacast trust words approved\nplazacast trust revoke "Lin, culture office"\nplazacast trust rotate-root root-2.public.json',
  ).enablePositionalOptions()
  const pushAgain = pushCommand(
    'push',
    'lets the keys of the folder count, each for what its name begins with',
    'plazacast trust push',
  )
  const rules = [needCommand(), wordsCommand(), rotateCommand()]
  for (const one of [showCommand(), addKeyCommand(), revokeCommand(), ...rules, pushAgain]) {
    push.addCommand(one)
  }
  return push
}

const withPushing = (one: Command): Command =>
  withSettings(
    one
      .option('--revision <number>', 'this revision instead of the next one', numberOption(1, true))
      .option('--timeout <seconds>', 'how long to wait for the players', numberOption(0), 10)
      .option('--yes', 'do not ask')
      .option('--json', 'one line of JSON for each change'),
  )

function pushCommand(name: string, description: string, example: string): Command {
  const one = command(name, description, example)
    .option('--needed <number>', 'how many approvals a film or photo needs', numberOption(1, true))
    .addOption(
      new Option('--separation <rule>', 'strict: a publisher does not approve what it publishes; none: it may').choices(
        ['strict', 'none'],
      ),
    )
    .addOption(
      new Option(
        '--words <rule>',
        'approved: captions, QR codes and the like need approvals, too; free: they do not',
      ).choices(wordsRules),
    )
    .option('--revoke <thumbprint>', 'a key that counts no longer (several times)', severalOption)
  return withPushing(one).action((options: TrustOptions & TrustChoices) =>
    runCommand(options.json ?? false, (signal) =>
      changeTrust(options, signal, async (before, { keys }) => editsFor(await listKeys(keys), options, before), true),
    ),
  )
}

function showCommand(): Command {
  const one = command('show', 'shows who may do what, as the fleet was told', 'plazacast trust show')
  return withPushing(one).action((options: TrustOptions) =>
    runCommand(options.json ?? false, () =>
      withTrust(options, async (link, { keys }) => {
        const { say, emit } = talk(options.json ?? false)
        const trust = await knownTrust(link, keys)
        emit({ event: 'trust', trust: trust ?? null })
        if (!trust) {
          say('No trust document is on this broker yet, so players believe nobody. Push one: plazacast trust')
          return 1
        }
        say(`Trust revision ${trust.revision}, signed ${trust.issuedAt}.`)
        say(
          `Each film and photo needs ${countText(trust.approvals.needed, 'approval')}; ${separationText[trust.separation]}.`,
        )
        say(wordsText[trust.words ?? 'free'])
        const rows = listedKeys(trust, kidOf).map((key) => [
          key.label ?? '',
          key.roles.join(', '),
          spokenThumbprint(key.kid),
          timeText(key).trim(),
        ])
        for (const line of tableLines([['WHO', 'MAY BE', 'THUMBPRINT', 'WHEN'], ...rows], 400)) say(line)
        for (const jwk of trust.rootKeys ?? []) say(`Root key: ${spokenThumbprint(kidOf(jwk))}`)
        if (trust.rootKeys) say(`Trust is signed by ${trust.roots?.needed ?? 1} of these root keys.`)
        for (const kid of trust.revoked) say(`Revoked: ${spokenThumbprint(kid)}`)
        for (const player of link.fleet().values()) {
          if (player.state) say(`${player.id}: has revision ${player.state.trust}`)
        }
        return 0
      }),
    ),
  )
}

const separationText = {
  strict: 'who publishes a playlist does not approve what is in it',
  none: 'who publishes a playlist may approve what is in it',
} as const

const wordsRules = ['approved', 'free'] as const
const wordsText = {
  approved: 'Captions, credits, hashtags and QR codes need as many.',
  free: 'Captions, credits, hashtags and QR codes need none: plazacast trust words approved',
} as const

type AddOptions = TrustOptions & {
  readonly role: readonly Role[]
  readonly label?: string
  readonly from?: string
  readonly until?: string
}

function addKeyCommand(): Command {
  const one = command(
    'add',
    'lets somebody’s key count; compare its thumbprint with them first',
    'plazacast trust add lin.public.json --role approver --label "Lin, culture office"\nplazacast trust add agency.public.json --role publisher --until 2026-12-31T16:00:00Z',
  )
    .argument('<keyfile>', 'the public key, NAME.public.json')
    .addOption(new Option('--role <role...>', 'what the key may do').choices(roles).makeOptionMandatory())
    .option('--label <text>', 'what people call its holder (default: the file’s name)')
    .option('--from <instant>', 'it counts only from then on (2026-11-30T08:00:00Z)')
    .option('--until <instant>', 'it counts only until then')
  return withPushing(one).action((file: string, options: AddOptions) =>
    runCommand(options.json ?? false, (signal) =>
      changeTrust(options, signal, async (before) => {
        const jwk = await readPublic(file)
        if (before?.revoked.includes(kidOf(jwk))) {
          throw new OperatorError(`The key in ${file} was revoked; a revoked key never counts again.`, 2)
        }
        const label = options.label ?? basename(file).replace(/(\.public)?\.json$/, '')
        const [from, until] = [instantOf('--from', options.from), instantOf('--until', options.until)]
        return [{ kind: 'add', jwk, roles: options.role, label, from, until }]
      }),
    ),
  )
}

function revokeCommand(): Command {
  const one = command(
    'revoke',
    'a key counts no longer, ever; what only it vouched for leaves the walls at once',
    'plazacast trust revoke "Lin, culture office"\nplazacast trust revoke s3Ql8Kzx',
  ).argument('<who...>', 'label, thumbprint, or how a thumbprint begins (eight characters or more)')
  return withPushing(one).action((who: string[], options: TrustOptions) =>
    runCommand(options.json ?? false, (signal) =>
      changeTrust(options, signal, async (before) => {
        const listed = listedKeys(before, kidOf)
        return who.map((text) => {
          const [found, second] = keysMeantBy(text, listed)
          if (second)
            throw new OperatorError(`"${text}" means several keys; name the thumbprint: plazacast trust show`, 2)
          const kid = found?.kid ?? text.replace(/\s+/g, '')
          if (!/^[A-Za-z0-9_-]{43}$/.test(kid)) {
            throw new OperatorError(`No key that counts is called "${text}". Who there is: plazacast trust show`, 2)
          }
          return { kind: 'revoke', kid } as const
        })
      }),
    ),
  )
}

function needCommand(): Command {
  const one = command(
    'need',
    'how many approvals, by different keys, each film and photo needs',
    'plazacast trust need 2',
  ).argument('<number>', 'from 1 to 16', numberOption(1, true))
  return withPushing(one).action((approvals: number, options: TrustOptions) =>
    runCommand(options.json ?? false, (signal) =>
      changeTrust(options, signal, async (before) => {
        const approvers = before?.keys.filter((key) => key.roles.includes('approver')).length ?? 0
        if (approvals > 16) throw new OperatorError('More than 16 approvals cannot be asked for.', 2)
        if (approvals > approvers) {
          throw new OperatorError(
            `There ${approvers === 1 ? 'is one approver' : `are ${approvers} approvers`}: with ${approvals} approvals needed nothing could be shown any more. Add approvers first: plazacast trust add`,
            2,
          )
        }
        return [{ kind: 'need', approvals }]
      }),
    ),
  )
}

function wordsCommand(): Command {
  const one = command(
    'words',
    'whether captions, credits, hashtags and QR codes need approvals as films and photos do; every player must know of this rule first',
    'plazacast trust words approved',
  ).addArgument(new Argument('<rule>', 'approved, or free: they are the publisher’s word').choices(wordsRules))
  return withPushing(one).action((rule: (typeof wordsRules)[number], options: TrustOptions) =>
    runCommand(options.json ?? false, (signal) => changeTrust(options, signal, async () => [{ kind: 'words', rule }])),
  )
}

function rotateCommand(): Command {
  const one = command(
    'rotate-root',
    'from now on other root keys sign trust; signed by all root keys of the folder, the old ones among them',
    'plazacast keys root-2\nplazacast trust rotate-root ./keys/root-2.public.json\nplazacast trust rotate-root a.public.json b.public.json c.public.json --roots-needed 2',
  )
    .argument('<keyfiles...>', 'the public root keys that count from then on')
    .option('--roots-needed <number>', 'how many of them a trust document needs', numberOption(1, true), 1)
  return withPushing(one).action((files: string[], options: TrustOptions & { readonly rootsNeeded: number }) =>
    runCommand(options.json ?? false, (signal) =>
      changeTrust(options, signal, async () => {
        const keys = await Promise.all(files.map(readPublic))
        if (options.rootsNeeded > keys.length) {
          throw new OperatorError(`--roots-needed ${options.rootsNeeded}: there are only ${keys.length} keys.`, 2)
        }
        return [{ kind: 'roots', keys, needed: options.rootsNeeded }]
      }),
    ),
  )
}
