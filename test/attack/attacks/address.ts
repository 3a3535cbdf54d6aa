import type { Chance } from '../chance.ts'
import { type Recipe, sent } from '../move.ts'
import { accepted, coming, foreign, former, type Genuine, prefix } from '../world.ts'

/** Attacks by whoever holds the broker: true documents where they do not belong. */
const onTopic =
  (from: readonly Genuine[], topic: (of: Genuine, chance: Chance) => string): Recipe =>
  (chance) => {
    const one = chance.one(from)
    return sent(topic(one, chance), one.jws)
  }
const own = [...coming, ...accepted].map(({ topic }) => topic)

export const addressAttacks: Record<string, Recipe> = {
  'what is for others, on their topic': onTopic(foreign, ({ topic }) => topic),
  'what is for others, on ours': onTopic(foreign, ({ kind }, chance) => {
    if (kind === 'site') return `${prefix}/players/wall/site`
    if (kind === 'command') return `${prefix}/players/wall/commands`
    return chance.one([`${prefix}/players/wall/playlists/friends`, `${prefix}/groups/square/playlists/square`])
  }),
  'another document than the topic promises': (chance) => {
    const one = chance.one([...coming, ...former, ...foreign])
    return sent(chance.one(own.filter((topic) => topic !== one.topic)), one.jws)
  },
  'a playlist under another name': onTopic(
    coming.filter(({ kind }) => kind === 'playlist'),
    ({ topic }, chance) => topic.replace(/[^/]+$/, chance.one(['other', 'Friends', 'friends2', 'x', 'friend'])),
  ),
  'tricks in the topic': (chance) => {
    const one = chance.one(coming)
    return sent(chance.one(tricks(one.topic).filter((topic) => topic !== one.topic)), one.jws)
  },
}

const tricks = (topic: string): string[] => [
  topic.replace(/(\/)([^/]+)$/, '$1../$2'),
  topic.replace('/wall/', '/wall/../wall/'),
  topic.replace(/l+/, '%6c'),
  `${topic}/`,
  `/${topic}`,
  `${topic}\u0000`,
  topic.replace('v1', 'v1/.'),
  topic.toUpperCase(),
  topic.replace(/[^/]+$/, '+'),
  topic.replace(/[^/]+$/, '#'),
  `${topic}?x`,
  `${topic}#`,
  topic.replace('plazacast', 'plazacast\u200b'),
  `$SYS/${topic}`,
  `$share/x/${topic}`,
]
