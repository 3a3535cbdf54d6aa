import type { ClockSource } from '../clock/trusted-time.ts'
import type { RefusalCode } from '../documents/refusal.ts'
import type { Remedy } from '../recovery/ladder.ts'
import type { Bilingual, TextValue } from './bilingual.ts'

/** Why a document was not taken. */
export const refusalPhrases: Readonly<Record<RefusalCode, Bilingual>> = {
  'too-large': { en: 'it is too large', zh: '文件过大' },
  'not-json': { en: 'it cannot be read', zh: '内容无法读取' },
  'not-a-document': { en: 'it is no document that this player knows', zh: '不是本播放器认识的文件' },
  unsupported: { en: 'it asks for what this player cannot do', zh: '包含本播放器不支持的内容' },
  'no-trust': { en: 'nobody has told this player whom to trust', zh: '尚未收到信任文件' },
  'bad-signature': { en: 'its signature is wrong', zh: '签名错误' },
  'unknown-key': { en: 'nobody who is trusted signed it', zh: '签名者不受信任' },
  'expired-key': { en: 'the key it was signed with has expired', zh: '签名密钥已过期' },
  'missing-role': { en: 'whoever signed it may not sign this', zh: '签名者无权签发此类文件' },
  'wrong-type': { en: 'its type does not fit its place', zh: '文件类型不符' },
  'bad-field': { en: 'something in it is wrong', zh: '其中有内容不正确' },
  misdirected: { en: 'it is meant for somebody else', zh: '不是发给本机的' },
  stale: { en: 'a newer one is here already', zh: '本机已有更新的版本' },
  conflict: { en: 'another one with the same number is here', zh: '与已有文件版本号相同但内容不同' },
  'not-approved': { en: 'not all that it shows is approved', zh: '其中有内容未经审批' },
  expired: { en: 'it has expired', zh: '已过期' },
  replayed: { en: 'it has come before', zh: '此前已收到过' },
  'too-many': { en: 'there are too many already', zh: '数量已达上限' },
  unreachable: { en: 'it cannot be fetched', zh: '无法获取' },
}

/** What a player does to get its picture back, rung by rung. */
export const remedyPhrases: Readonly<Record<Remedy, Bilingual>> = {
  page: { en: 'with a new page', zh: '更换页面' },
  browser: { en: 'with a new browser', zh: '重启浏览器' },
  'fresh-browser': { en: 'with a new and empty browser', zh: '清空并重启浏览器' },
  'safe-mode': { en: 'one still is shown', zh: '仅显示一张静态画面' },
  process: { en: 'by starting again', zh: '重启播放器' },
}

/** What the time rests on. */
export const clockPhrases: Readonly<Record<ClockSource, Bilingual>> = {
  fleet: { en: 'fleet time', zh: '统一授时' },
  system: { en: 'the system, kept right', zh: '操作系统（已校时）' },
  saved: { en: 'what was last known', zh: '上次已知时间' },
  document: { en: 'a signed document', zh: '签名文件' },
  none: { en: 'nothing', zh: '无来源' },
}

export const documentPhrases: Readonly<Record<string, Bilingual>> = {
  trust: { en: 'trust document', zh: '信任文件' },
  site: { en: 'site document', zh: '站点文件' },
  playlist: { en: 'playlist', zh: '播放列表' },
  takedowns: { en: 'take-down list', zh: '下架清单' },
  command: { en: 'command', zh: '命令' },
}

export const lostPhrases: Readonly<Record<string, Bilingual>> = {
  page: { en: 'page', zh: '页面' },
  browser: { en: 'browser', zh: '浏览器' },
  gpu: { en: 'graphics process', zh: '图形进程' },
}

const own = (en: string, zh: string) => [en, { en, zh }] as const

/** What the player itself says as part of a sentence, as it says it: why the slate is on, why the wall is off, and so on. */
const ownPhrases: ReadonlyMap<string, Bilingual> = new Map([
  own('starting', '正在启动'),
  own('the screen is starting again', '画面正在重新启动'),
  own('no playlist has come', '尚未收到播放列表'),
  own('every playlist is over or withdrawn', '所有播放列表均已结束或撤回'),
  own('waiting for downloads', '正在等待下载'),
  own('nothing in the playlists may be shown now', '播放列表中目前没有可播放的内容'),
  own('nothing is scheduled now', '当前时段没有排期'),
  own('outside its opening hours', '不在开放时间内'),
  ['next-item-late', { en: 'the next item is not ready yet', zh: '下一个内容尚未就绪' }],
  ['every-playlist-at-its-limit', { en: 'every playlist has reached its limit', zh: '所有播放列表均已达播放上限' }],
  ['competitors-kept-apart', { en: 'what is left may not follow what was on', zh: '剩余内容不得紧接前一内容播放' }],
  ['every-item-failed', { en: 'every item failed', zh: '所有内容均播放失败' }],
  ['nothing-to-show', { en: 'there is nothing to show', zh: '没有可播放的内容' }],
  ['safe-mode', { en: 'the player is in safe mode', zh: '播放器处于安全模式' }],
  own('the disk is full', '磁盘已满'),
  own('the quota of the cache is used up', '缓存配额已用尽'),
  own('there is no address to fetch it from', '没有下载地址'),
  own('the server ended too early', '服务器提前中断了传输'),
  own('the connection stands still', '连接停滞'),
  own('the file has changed on the server', '服务器上的文件已更改'),
  own('redirected to no web address', '被重定向到无效地址'),
  own('redirected from https to http', '被从 https 重定向到 http'),
  [
    'ECONNREFUSED',
    { en: 'the server is there, but does not listen (ECONNREFUSED)', zh: '服务器拒绝连接（ECONNREFUSED）' },
  ],
  ['ECONNRESET', { en: 'the server broke the connection off (ECONNRESET)', zh: '服务器中断了连接（ECONNRESET）' }],
  ['ENOTFOUND', { en: 'there is no server of that name (ENOTFOUND)', zh: '找不到服务器（ENOTFOUND）' }],
  ['EAI_AGAIN', { en: 'names cannot be looked up (EAI_AGAIN)', zh: '域名解析失败（EAI_AGAIN）' }],
  ['ETIMEDOUT', { en: 'the server does not answer (ETIMEDOUT)', zh: '服务器没有应答（ETIMEDOUT）' }],
  ['EHOSTUNREACH', { en: 'no way leads to the server (EHOSTUNREACH)', zh: '无法到达服务器（EHOSTUNREACH）' }],
  ['ENETUNREACH', { en: 'there is no network (ENETUNREACH)', zh: '网络不可用（ENETUNREACH）' }],
  own('the last tries failed', '最近几次尝试均失败'),
  own('the player was started again and again', '播放器多次重启'),
  own('a command asked for it', '收到命令'),
  own('it hangs', '页面无响应'),
  own('the page’s process ended', '页面进程已退出'),
  own('the window was closed', '窗口被关闭'),
])

/** What the player says with a value in it. */
const ownPatterns: readonly (readonly [RegExp, string])[] = [
  [/^the server answers (\d+)$/, '服务器返回 $1'],
  [/^the server has (\d+) bytes, signed are (\d+)$/, '服务器上的文件为 $1 字节，签名为 $2 字节'],
  [/^redirected more than (\d+) times$/, '重定向超过 $1 次'],
  [/^encoded as (.+)$/, '服务器使用了不支持的编码 $1'],
  [/^what is encoded as gzip cannot be unpacked \((.+)\)$/, 'gzip 内容无法解压（$1）'],
  [/^has the hash (sha256:[0-9a-f]+)$/, '内容的哈希值为 $1'],
  [/^it has drawn nothing for (\d+) s$/, '已有 $1 秒没有绘制'],
]

function ownWords(text: string): Bilingual | undefined {
  const pattern = ownPatterns.find(([words]) => words.test(text))
  return ownPhrases.get(text) ?? (pattern && { en: text, zh: text.replace(...pattern) })
}

/** What is not the player's own, such as a system's or a server's words, is the same in every language. */
export const phrase = (text: string): Bilingual => ownWords(text) ?? { en: text, zh: text }

/** What is not the player's own is left out where it would be another language's: the message itself stands beside it. */
export const ownPhrase = (text: string): TextValue => ownWords(text) ?? { en: text }
