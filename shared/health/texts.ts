import type { ReasonCode } from './codes.ts'
import type { Values } from './rules.ts'

/** A sentence in each language; `{name}` stands for a value. */
type Sentence = { readonly en: string; readonly zh: string }

/** What each reason says to whoever stands under the wall. */
export const sentences: Readonly<Record<ReasonCode, Sentence>> = {
  'picture-frozen': {
    en: 'The picture stands still: the page has drawn nothing for {age}.',
    zh: '画面冻结：页面已有 {age} 没有绘制。',
  },
  'picture-black': {
    en: 'The wall has been black for {age}, though something should be seen.',
    zh: '大屏已黑屏 {age}，而此时应有画面。',
  },
  'content-black': {
    en: 'What is shown has been black by itself for {age}: {on}.',
    zh: '正在播放的内容本身已黑屏 {age}：{on}。',
  },
  'film-still': {
    en: 'No new frame of the film has come for {age}: {on}.',
    zh: '影片已有 {age} 没有新的画面帧：{on}。',
  },
  'slate-shown': {
    en: 'The slate is shown, since nothing else may be: {why}.',
    zh: '没有可播放的内容，正在显示待机画面：{why}。',
  },
  'wall-dark': { en: 'The wall is off by order: {why}.', zh: '大屏按计划关闭：{why}。' },
  'frames-dropped': {
    en: '{share} of the frames of the last minutes were dropped.',
    zh: '最近几分钟丢弃了 {share} 的画面帧。',
  },
  'item-quarantined': {
    en: 'Left out because they fail again and again: {items}.',
    zh: '以下内容反复失败，已暂停播放：{items}。',
  },
  'recovery-climbing': {
    en: 'The player is repairing its picture ({rung}): {why}.',
    zh: '播放器正在自动恢复画面（{rung}）：{why}。',
  },
  'disk-full': { en: 'The disk is full: {free} of {total} are free.', zh: '磁盘已满：共 {total}，仅剩 {free}。' },
  'disk-low': {
    en: 'The disk is almost full: {free} of {total} are free.',
    zh: '磁盘空间不足：共 {total}，剩余 {free}。',
  },
  'storage-failing': {
    en: 'The disk takes nothing that is written: {why}. The wall plays on, but nothing is recorded.',
    zh: '磁盘无法写入：{why}。大屏继续播放，但不会留下记录。',
  },
  'database-damaged': {
    en: 'The database was damaged and has been replaced: {what}.',
    zh: '数据库曾损坏，已重建：{what}。',
  },
  'downloads-failing': {
    en: 'Downloads fail ({count}): {why}.',
    zh: '下载失败（{count} 个）：{why}。',
  },
  'cpu-hot': {
    en: 'The processor is too hot: {temperature} ({sensor}).',
    zh: '处理器温度过高：{temperature}（{sensor}）。',
  },
  'temperature-high': {
    en: 'It is too hot in the player’s case: {temperature} ({sensor}).',
    zh: '机箱内温度过高：{temperature}（{sensor}）。',
  },
  'cpu-busy': {
    en: 'The processor is busy to {share}, the player’s part of one core is {player}.',
    zh: '处理器占用 {share}，其中播放器占单核的 {player}。',
  },
  'memory-high': {
    en: 'Memory runs out: {free} are left, the player uses {player}.',
    zh: '内存不足：剩余 {free}，播放器占用 {player}。',
  },
  'clock-wrong': {
    en: 'The system’s clock is wrong by {difference}; the player goes by the trusted time ({source}).',
    zh: '系统时钟偏差 {difference}；播放器以可信时间为准（{source}）。',
  },
  'clock-unknown': {
    en: 'Nobody has vouched for the time yet: schedules may run at wrong hours.',
    zh: '时间尚未得到确认：排期可能不准。',
  },
  'clock-stale': {
    en: 'Nobody has confirmed the time for {age}.',
    zh: '时间已有 {age} 未得到确认。',
  },
  'broker-lost': {
    en: 'The broker has been out of reach since {since}; the wall plays on.',
    zh: '自 {since} 起无法连接消息服务器；大屏继续播放。',
  },
  'broker-deaf': {
    en: 'The broker is connected but nothing has come from it for {age}: the wall hears no order.',
    zh: '消息服务器虽已连接，但 {age} 未收到任何数据：大屏收不到指令。',
  },
  'other-player-with-my-id': {
    en: 'Another player uses this one’s id: it last threw this one off {age} ago.',
    zh: '另一台播放器使用了相同的编号：{age} 前将本机挤下线。',
  },
}

/** The sentence of a reason with its values, in every language. */
export function textsOf(code: ReasonCode, values: Values): Sentence {
  const { en, zh } = sentences[code]
  const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '?')
  return { en: filled(en), zh: filled(zh) }
}
