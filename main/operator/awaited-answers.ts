import type { Answer, Pushed } from '../../shared/operator/answer.ts'
import { type LocalAsset, onceEach, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import type { FleetLink } from './fleet-link.ts'
import type { Published, PublishRequest } from './publication.ts'
import type { PlacedAssets } from './publish-assets.ts'
import { allHaveIt, awaitAnswers } from './push.ts'

const defaultTimeoutMs = 120_000

type Listening = Pick<PublishRequest, 'timeoutMs' | 'signal' | 'report'>

/** Pushes a document with these assets and waits for the answers; a server of theirs runs on, unless this fails. */
export async function pushWithAssets(
  link: FleetLink,
  assets: ReadonlyMap<string, LocalAsset>,
  { server }: Pick<PlacedAssets, 'server'>,
  request: Listening,
  push: () => Promise<Pushed>,
): Promise<Published> {
  try {
    const pushed: Pushed = {
      ...(await push()),
      totalBytes: withSetFiles(onceEach(assets.values())).reduce((sum, { facts }) => sum + facts.bytes, 0),
      labels: new Map([...assets].map(([file, { name }]) => [name, file])),
    }
    return { ...(await answersTo(link, pushed, request)), server }
  } catch (error) {
    await server?.stop()
    throw error
  }
}

/** Tells what was pushed, and waits for the answers to it. */
export async function answersTo(
  link: FleetLink,
  pushed: Pushed,
  { timeoutMs = defaultTimeoutMs, signal, report }: Listening,
): Promise<Omit<Published, 'server'>> {
  report?.({ kind: 'pushed', pushed })
  const onAnswer = (player: string, answer: Answer) => report?.({ kind: 'answer', player, answer })
  const answers = await awaitAnswers(link, pushed, { timeoutMs, signal, onAnswer })
  return { kind: 'published', pushed, answers, complete: allHaveIt(answers) }
}
