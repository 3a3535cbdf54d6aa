import { type Bilingual, type CodeText, filledText, codeText as text } from '../texts/bilingual.ts'
import type { ReasonCode } from './codes.ts'
import type { Values } from './rules.ts'

/** What each reason says to whoever stands under the wall. */
export const reasonTexts: Readonly<Record<ReasonCode, CodeText>> = {
  'picture-frozen': text(
    ['The picture stands still', '画面冻结'],
    'The page has drawn nothing for {age}. The player repairs this by itself.',
    '页面已有 {age}没有绘制，播放器会自动修复。',
  ),
  'picture-black': text(
    ['The wall is black', '大屏黑屏'],
    'It has been black for {age}, though something should be seen.',
    '已黑屏 {age}，而此时应有画面。',
  ),
  'content-black': text(
    ['What plays is black by itself', '播放内容为黑色'],
    'It has been black for {age}, as the file is: {on}.',
    '内容本身已黑屏 {age}：{on}。',
  ),
  'film-still': text(
    ['The film stands still', '影片卡住'],
    'No new frame of the film has come for {age}: {on}.',
    '影片已有 {age}没有新的画面帧：{on}。',
  ),
  'wall-unpowered': text(
    ['No display is on', '显示屏未开启'],
    'The player draws, but no display is connected and on. Check the wall’s power, its sending box and the cable.',
    '播放器正在输出画面，但没有已连接并开启的显示屏。请检查大屏电源、发送盒和视频线。',
  ),
  'slate-shown': text(
    ['The holding picture is on', '正在显示备用画面'],
    'Nothing else can be shown: {why}.',
    '没有其他可播放的内容：{why}。',
  ),
  'wall-dark': text(
    ['The wall is off by order', '大屏按计划关闭'],
    'Nothing is to be seen: {why}.',
    '此时不显示画面：{why}。',
  ),
  'frames-dropped': text(
    ['The picture stutters', '画面卡顿'],
    '{share} of the frames of the last minutes were dropped.',
    '最近几分钟丢弃了 {share} 的画面帧。',
  ),
  'item-quarantined': text(
    ['Items are left out', '部分内容被跳过'],
    'Left out because they fail again and again: {items}.',
    '以下内容反复失败，已暂停播放：{items}。',
  ),
  'recovery-climbing': text(
    ['The player repairs its picture', '播放器正在修复画面'],
    'Since the picture was lost ({why}): {rung}.',
    '画面曾丢失（{why}），修复方式：{rung}。',
  ),
  'disk-full': text(['The disk is full', '磁盘已满'], 'Only {free} of {total} are free.', '共 {total}，仅剩 {free}。'),
  'disk-low': text(
    ['The disk is almost full', '磁盘空间不足'],
    'Only {free} of {total} are free.',
    '共 {total}，仅剩 {free}。',
  ),
  'storage-failing': text(
    ['The disk takes nothing', '磁盘无法写入'],
    'The wall plays on, but nothing is recorded: {why}.',
    '大屏继续播放，但不会留下记录：{why}。',
  ),
  'database-damaged': text(
    ['The database was damaged', '数据库曾损坏'],
    'It has been replaced: {what}.',
    '已重建数据库：{what}。',
  ),
  'downloads-failing': text(
    ['Downloads fail', '下载失败'],
    'Downloads that do not come: {count} ({why}).',
    '{count} 个下载未成功（{why}）。',
  ),
  'cpu-hot': text(
    ['The processor is too hot', '处理器温度过高'],
    'It has {temperature} ({sensor}).',
    '目前 {temperature}（{sensor}）。',
  ),
  'temperature-high': text(
    ['It is too hot in the case', '机箱内温度过高'],
    'It has {temperature} ({sensor}).',
    '目前 {temperature}（{sensor}）。',
  ),
  'cpu-busy': text(
    ['The processor is overloaded', '处理器过载'],
    'It is busy to {share}; the player takes {player} of one core.',
    '占用 {share}，其中播放器占单核的 {player}。',
  ),
  'memory-high': text(
    ['Memory runs out', '内存不足'],
    'Only {free} are left; the player uses {player}.',
    '仅剩 {free}，播放器占用 {player}。',
  ),
  'clock-wrong': text(
    ['The system’s clock is wrong', '系统时钟不准'],
    'It is {difference} {direction}. The player goes by {source}.',
    '{direction}了 {difference}，播放器以可信时间为准（{source}）。',
  ),
  'clock-unknown': text(
    ['The time is not known', '时间未知'],
    'Nobody has vouched for the time yet: schedules may run at wrong hours.',
    '时间尚未得到确认，排期可能不准。',
  ),
  'clock-stale': text(
    ['The time is not confirmed', '时间长期未确认'],
    'Nobody has confirmed the time for {age}.',
    '时间已有 {age}未得到确认。',
  ),
  'broker-lost': text(
    ['No connection to the operator', '与运营中心断开'],
    'The broker has been out of reach for {age}. The wall plays on.',
    '已有 {age}无法连接消息服务器，大屏继续播放。',
  ),
  'broker-deaf': text(
    ['The wall hears no orders', '大屏收不到指令'],
    'The broker is connected, but nothing has come from it for {age}.',
    '消息服务器虽已连接，但已有 {age}未收到任何数据。',
  ),
  'other-player-with-my-id': text(
    ['Another player has the same id', '播放器编号重复'],
    'It last threw this one off {age} ago. Give each its own id.',
    '{age}前另一台播放器将本机挤下线，请为每台设置不同的编号。',
  ),
}

/** What a reason says with its values, in every language: `title` in a few words, and the whole sentence. */
export function reasonSaid(
  code: ReasonCode,
  values: Values,
): { readonly title: Bilingual; readonly sentence: Bilingual } {
  const { title, sentence } = reasonTexts[code]
  return { title, sentence: filledText(sentence, values) }
}
