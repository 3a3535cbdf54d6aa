import type { EventCode } from '../reports/event.ts'
import type { PageLanguage } from './texts.ts'

/** Faults in a few words, beside the event's own sentence, which is English. A code that is not here is shown as it is. */
const titles: Partial<Record<EventCode, { readonly en: string; readonly zh: string }>> = {
  'document-refused': { en: 'A document was refused', zh: '文件被拒绝' },
  'command-refused': { en: 'A command was refused', zh: '命令被拒绝' },
  'pointer-failed': { en: 'A large document could not be fetched', zh: '大文件无法获取' },
  'seal-disagrees': { en: 'Database and seal disagree', zh: '数据库与封存记录不一致' },
  'seal-unwritable': { en: 'The seal cannot be written', zh: '封存记录无法写入' },
  'topic-poisoned': { en: 'A broken message was left out', zh: '已跳过损坏的消息' },
  'asset-download-failed': { en: 'A download failed', zh: '下载失败' },
  'asset-hash-mismatch': { en: 'A download was not what was approved', zh: '下载内容与审批不符' },
  'asset-damaged': { en: 'A file on disk is damaged', zh: '磁盘文件损坏' },
  'neighbour-lied': { en: 'A neighbour gave wrong bytes', zh: '相邻播放器提供了错误数据' },
  'neighbours-failed': { en: 'Neighbours cannot be asked', zh: '无法联系相邻播放器' },
  'hls-unplayable': { en: 'A film in pieces cannot be played', zh: '分段视频无法播放' },
  'stream-failed': { en: 'A live stream failed', zh: '直播流失败' },
  'item-failed': { en: 'An item could not be shown', zh: '内容无法播放' },
  'item-stalled': { en: 'An item stood still', zh: '内容卡住' },
  'item-quarantined': { en: 'An item is left out', zh: '内容已被跳过' },
  'stage-gone': { en: 'The picture was lost', zh: '画面丢失' },
  'slate-shown': { en: 'The holding picture is on', zh: '正在显示备用画面' },
  'usb-refused': { en: 'A stick was refused', zh: 'U 盘被拒绝' },
  'client-id-taken': { en: 'Another player uses this name', zh: '另一播放器使用了相同编号' },
  'disk-full': { en: 'The disk is full', zh: '磁盘已满' },
  'quota-exceeded': { en: 'The space for content is used up', zh: '内容空间已用尽' },
  'storage-failed': { en: 'Something could not be written', zh: '写入失败' },
  'database-damaged': { en: 'The database was damaged', zh: '数据库曾损坏' },
  'plays-dropped': { en: 'Records of showings were dropped', zh: '播放记录被丢弃' },
  'technician-locked-out': { en: 'Somebody guesses the PIN', zh: '有人在猜测 PIN 码' },
  'configuration-wrong': { en: 'The configuration has a mistake', zh: '配置有误' },
}

const isKnown = (code: string): code is EventCode => code in titles

export const faultTitle = (code: string, language: PageLanguage): string =>
  (isKnown(code) ? titles[code]?.[language] : undefined) ?? code
