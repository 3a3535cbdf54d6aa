import { z } from 'zod'
import { instant } from '../documents/fields.ts'
import type { XmlElement } from './xml-element.ts'

/** The Common Alerting Protocol, OASIS, version 1.2: as much of it as a wall shows. */
const capNamespace = 'urn:oasis:names:tc:emergency:cap:1.2'

const text = z.string().trim().min(1, 'is empty').max(8000, 'is longer than 8000 characters')
const info = z.object({
  /** RFC 3066; without one, American English (CAP 3.2.2). */
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'expected a language tag such as en-US')
    .default('en-US'),
  event: text,
  urgency: z.enum(['Immediate', 'Expected', 'Future', 'Past', 'Unknown']),
  severity: z.enum(['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown']),
  certainty: z.enum(['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown']),
  expires: instant.optional(),
  senderName: text.optional(),
  headline: text.optional(),
  description: text.optional(),
  instruction: text.optional(),
  areas: z.array(text).max(200),
})
export type CapInfo = z.infer<typeof info>

const alert = z.object({
  identifier: z
    .string()
    .trim()
    .regex(/^[^\s,<&]{1,200}$/, 'expected up to 200 characters without spaces, commas, < and &'),
  sender: text,
  sent: instant,
  status: z.enum(['Actual', 'Exercise', 'System', 'Test', 'Draft']),
  msgType: z.enum(['Alert', 'Update', 'Cancel', 'Ack', 'Error']),
  scope: z.enum(['Public', 'Restricted', 'Private']),
  /** Identifiers of the messages that this one updates or cancels. */
  references: z.array(z.string()).max(100),
  infos: z.array(info).max(50),
})
export type CapAlert = z.infer<typeof alert>

/** A message that was read, or all that is wrong with it, each with its element. */
export type ReadCap =
  | { readonly ok: true; readonly alert: CapAlert }
  | { readonly ok: false; readonly mistakes: readonly string[] }

/** Reads a CAP 1.2 message. What it says of itself is checked; what a wall has no use for is passed over. */
export function readCap(root: XmlElement): ReadCap {
  if (root.name !== 'alert' || root.namespace !== capNamespace) {
    const found = root.namespace === '' ? root.name : `${root.name} of ${root.namespace}`
    return { ok: false, mistakes: [`expected alert of ${capNamespace}, found ${found}`] }
  }
  const read = alert.safeParse({
    ...fieldsOf(root, ['identifier', 'sender', 'sent', 'status', 'msgType', 'scope']),
    references: (firstText(root, 'references') ?? '').split(/\s+/).flatMap((one) => one.split(',')[1] ?? []),
    infos: childrenCalled(root, 'info').map(infoOf),
  })
  if (read.success) return { ok: true, alert: read.data }
  const mistakes = read.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`)
  return { ok: false, mistakes }
}

const infoOf = (element: XmlElement): Record<string, unknown> => ({
  ...fieldsOf(element, [
    'language',
    'event',
    'urgency',
    'severity',
    'certainty',
    'expires',
    'senderName',
    'headline',
    'description',
    'instruction',
  ]),
  areas: childrenCalled(element, 'area').flatMap((area) => firstText(area, 'areaDesc') ?? []),
})

function fieldsOf(element: XmlElement, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const found = firstText(element, name)
      return found === undefined ? [] : [[name, found]]
    }),
  )
}

const childrenCalled = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name && child.namespace === capNamespace)

/** An element that is there and empty counts as absent, as senders leave it so. */
const firstText = (element: XmlElement, name: string): string | undefined =>
  childrenCalled(element, name)[0]?.text.trim() || undefined

const pathText = (path: readonly PropertyKey[]): string =>
  path.map((part) => (typeof part === 'number' ? `[${part + 1}]` : part === 'infos' ? 'info' : String(part))).join(' ')

/** What is to be done about a message: shown, taken off, or why neither. */
export type AlertAction =
  | { readonly kind: 'show'; readonly playlist: string; readonly until: string | undefined }
  | { readonly kind: 'withdraw'; readonly playlists: readonly string[] }
  | { readonly kind: 'refuse'; readonly message: string }

/**
 * Decides what a message asks for at an instant (ms since 1970). Only actual, public messages are shown; `drill`: exercises and
 * tests too. An update takes the place of the first message it refers to, which is how its playlist is called.
 */
export function actionOf({ status, scope, msgType, ...message }: CapAlert, atMs: number, drill: boolean): AlertAction {
  const refuse = (why: string): AlertAction => ({ kind: 'refuse', message: why })
  if (scope !== 'Public') return refuse(`The message is ${scope.toLowerCase()}: only public ones are for a wall.`)
  const isDrill = status === 'Exercise' || status === 'Test'
  if (status !== 'Actual' && !(drill && isDrill)) {
    return refuse(`Its status is ${status}, not Actual.${isDrill ? ' To show it all the same: --drill.' : ''}`)
  }
  const [first] = message.references
  if (msgType === 'Cancel') {
    if (first === undefined) return refuse('It cancels a message, but refers to none.')
    return { kind: 'withdraw', playlists: [...new Set(message.references.map(playlistIdOf))] }
  }
  if (msgType !== 'Alert' && msgType !== 'Update') return refuse(`It is of type ${msgType}: there is nothing to show.`)
  if (message.infos.length === 0) return refuse('It has no info, so there is nothing to show.')
  const ends = message.infos.flatMap(({ expires }) => expires ?? [])
  const until = ends.length < message.infos.length ? undefined : ends.toSorted(byInstant).at(-1)
  if (until !== undefined && Date.parse(until) <= atMs) return refuse(`It expired at ${until}.`)
  return {
    kind: 'show',
    playlist: playlistIdOf(msgType === 'Update' ? (first ?? message.identifier) : message.identifier),
    until,
  }
}

const byInstant = (one: string, other: string): number => Date.parse(one) - Date.parse(other)

/** A playlist's name for a message: the end of its identifier, where identifiers differ. */
export const playlistIdOf = (identifier: string): string =>
  `alert-${identifier.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(-58)}`
