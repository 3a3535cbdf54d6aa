import { type CodeText, codeText as text } from '../texts/bilingual.ts'
import type { EventCode } from './event.ts'

/** What the events say that are about the picture on the wall. */
export const pictureTexts = {
  'hls-unplayable': text(
    ['A film in pieces cannot be played', '分段影片无法播放'],
    'The film {asset} cannot be played and is left out.',
    '影片 {asset} 无法播放，已跳过。',
  ),
  'stream-failed': text(
    ['A live stream failed', '直播流中断'],
    'The live stream {asset} does not come[: {reason}]. The loop goes on without it.',
    '直播流 {asset} 中断[：{reason}]。循环播放将跳过它。',
  ),
  'stream-back': text(
    ['A live stream is back', '直播流已恢复'],
    'The live stream {asset} comes again.',
    '直播流 {asset} 已恢复。',
  ),
  'item-nudged': text(
    ['A film stood still for a moment', '影片短暂停顿'],
    'The item[ {item}][ of {playlist}] stood still and was nudged.',
    '[播放列表 {playlist} 的]内容[ {item} ]短暂停顿，已尝试恢复。',
  ),
  'item-rebuilt': text(
    ['A film that stood still was opened anew', '停住的影片已重新打开'],
    'The item[ {item}][ of {playlist}] stood still and was opened anew where it stood.',
    '[播放列表 {playlist} 的]内容[ {item} ]停住，已从原处重新打开。',
  ),
  'item-failed': text(
    ['An item could not be shown', '内容无法播放'],
    'The item[ {item}][ of {playlist}] could not be shown. The loop went on.',
    '[播放列表 {playlist} 的]内容[ {item} ]无法播放，已继续播放下一个。',
  ),
  'item-stalled': text(
    ['An item stood still', '内容卡住'],
    'The item[ {item}][ of {playlist}] stood still. The loop went on.',
    '[播放列表 {playlist} 的]内容[ {item} ]卡住，已继续播放下一个。',
  ),
  'item-quarantined': text(
    ['An item is left out', '内容已被跳过'],
    'The item[ {item}][ of {playlist}] failed again and again and is left out for a while.',
    '[播放列表 {playlist} 的]内容[ {item} ]反复失败，暂时跳过。',
  ),
  'stage-gone': text(
    ['The picture was lost', '画面丢失'],
    'The {what} ended[: {reason}]. The player brings it back by itself.',
    '{what}已退出[：{reason}]。播放器会自动恢复。',
  ),
  'stage-back': text(['The picture is back', '画面已恢复'], 'The picture is back.', '画面已恢复。'),
  'stage-renewed': text(
    ['The page was made anew, as asked', '已按要求重新加载画面'],
    'Somebody asked for a new page.',
    '有人要求重新加载画面。',
  ),
  'recovery-page': text(
    ['The picture was repaired: new page', '画面修复：更换页面'],
    'The page was replaced by another one[: {reason}].',
    '已更换页面[：{reason}]。',
  ),
  'recovery-browser': text(
    ['The picture was repaired: new browser', '画面修复：重启浏览器'],
    'The browser was started anew[: {reason}].',
    '已重启浏览器[：{reason}]。',
  ),
  'recovery-fresh-browser': text(
    ['The picture was repaired: empty browser', '画面修复：清空并重启浏览器'],
    'The browser was started anew with nothing left of the old one[: {reason}].',
    '已清空并重启浏览器[：{reason}]。',
  ),
  'recovery-safe-mode': text(
    ['Safe mode', '安全模式'],
    'Other repairs did not help, so one approved still is shown without the graphics processor[: {reason}].',
    '其他修复无效，正在不使用图形处理器的情况下显示一张已审批的静态画面[：{reason}]。',
  ),
  'recovery-process': text(
    ['The player starts anew', '播放器正在重启'],
    'Other repairs did not help, so the player starts anew[: {reason}].',
    '其他修复无效，播放器正在重启[：{reason}]。',
  ),
  'recovery-calm': text(
    ['The picture is steady again', '画面已恢复稳定'],
    'Pictures have come for two minutes.',
    '画面已连续正常两分钟。',
  ),
  'slate-shown': text(
    ['The holding picture was shown', '曾显示备用画面'],
    'Nothing else could be shown[: {reason}].',
    '没有其他可播放的内容[：{reason}]。',
  ),
  'wall-dark': text(
    ['The wall went off', '大屏已关闭'],
    'The wall is off by order[: {reason}].',
    '大屏按计划关闭[：{reason}]。',
  ),
  'wall-lit': text(['The wall went on', '大屏已开启'], 'The wall is on again.', '大屏已重新开启。'),
} as const satisfies Partial<Record<EventCode, CodeText>>
