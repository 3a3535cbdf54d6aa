import { z } from 'zod'
import { parseJson } from '../documents/documents.ts'

/** What a player answers to a command. A picture is answered by its bytes alone. */
export const commandAnswer = z.union([
  z.object({ id: z.string(), ok: z.literal(true), result: z.unknown() }),
  z.object({
    id: z.string(),
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
  }),
  /** How far it has come; the answer follows. */
  z.object({ id: z.string(), progress: z.record(z.string(), z.unknown()) }),
])
export type CommandAnswerText = z.infer<typeof commandAnswer>

export type ReadAnswer =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'picture'; readonly mediaType: 'image/jpeg' | 'image/png' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly field: string | undefined }
  | { readonly kind: 'progress'; readonly progress: Readonly<Record<string, unknown>> }

/** Reads an answer; undefined for what is none, or one to another command. MQTT 3.1.1 has no content type, so bytes decide. */
export function readAnswer(payload: Uint8Array, id: string): ReadAnswer | undefined {
  const picture = pictureTypeOf(payload)
  if (picture) return { kind: 'picture', mediaType: picture }
  const json = parseJson(payload)
  const read = json.ok ? commandAnswer.safeParse(json.value) : undefined
  if (!read?.success || read.data.id !== id) return undefined
  const answer = read.data
  if ('progress' in answer) return { kind: 'progress', progress: answer.progress }
  if (answer.ok) return { kind: 'done', result: answer.result }
  const { code, message, field } = answer.error
  return { kind: 'failed', code, message, field }
}

/** JPEG begins with a start-of-image marker (ITU-T T.81, B.1.1.3), PNG with its signature (ISO/IEC 15948, 5.2). */
export function pictureTypeOf(bytes: Uint8Array): 'image/jpeg' | 'image/png' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg'
  return bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47 ? 'image/png' : undefined
}

/** Where a player answers that was given no response topic: below its own topics, by the command's id. */
export const ownAnswerTopic = (prefix: string, player: string, commandId: string): string =>
  `${prefix}/players/${player}/answers/${commandId}`

/** Where an operator's tool asks one player to answer: what a player may write to begins with its id. */
export const askedAnswerTopic = (prefix: string, player: string, commandId: string): string =>
  `${prefix}/answers/${player}/${commandId}`

/** Topic filters under which every answer to a command comes. */
export const answerFilters = (prefix: string, commandId: string): string[] => [
  ownAnswerTopic(prefix, '+', commandId),
  askedAnswerTopic(prefix, '+', commandId),
]

/** Who answered a command, by the topic of the answer; undefined for other topics. */
export function answererOf(prefix: string, commandId: string, topic: string): string | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined
  const parts = topic.slice(prefix.length + 1).split('/')
  if (parts.at(-1) !== commandId) return undefined
  if (parts.length === 4 && parts[0] === 'players' && parts[2] === 'answers') return parts[1]
  return parts.length === 3 && parts[0] === 'answers' ? parts[1] : undefined
}
