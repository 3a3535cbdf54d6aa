import { type CodeText, codeText as text } from '../texts/bilingual.ts'
import type { EventCode } from './event.ts'
import { pictureTexts } from './picture-texts.ts'

/** What each event says to whoever stands under the wall; places are filled from its `about`, see event-sentence.ts. */
export const eventTexts: Readonly<Record<EventCode, CodeText>> = {
  ...pictureTexts,
  'player-started': text(
    ['The player started', '播放器已启动'],
    'The player started[: version {version}].',
    '播放器已启动[：版本 {version}]。',
  ),
  'document-accepted': text(
    ['A document was taken', '已接收文件'],
    'The {kind} {id} was taken[ in revision {revision}].',
    '已接收{kind} {id}[，版本 {revision}]。',
  ),
  'document-refused': text(
    ['A document was refused', '文件被拒绝'],
    'The document[ {topic}] was refused[: {code}]. What plays goes on.',
    '文件[ {topic} ]被拒绝[：{code}]。正在播放的内容不受影响。',
  ),
  'command-done': text(
    ['A command was carried out', '命令已执行'],
    'The command[ {command}] was carried out or answered.',
    '命令[ {command} ]已执行或已应答。',
  ),
  'command-refused': text(
    ['A command was refused', '命令被拒绝'],
    'A command[ ({command})] was not carried out[: {code}].',
    '命令[（{command}）]未执行[：{code}]。',
  ),
  'pointer-failed': text(
    ['A large document could not be fetched', '大文件无法获取'],
    'A large document[ ({topic})] could not be fetched; it is tried again.',
    '大文件[（{topic}）]无法获取，稍后会重试。',
  ),
  'seal-disagrees': text(
    ['Database and seal disagree', '数据库与封存记录不一致'],
    'The database is older than its seal: somebody may have put back an old disk. The stricter of both counts.',
    '数据库比封存记录旧：可能有人换回了旧磁盘。以较严格者为准。',
  ),
  'seal-unwritable': text(
    ['The seal cannot be written', '封存记录无法写入'],
    'The second copy of what was last accepted cannot be written.',
    '最近接收内容的第二份记录无法写入。',
  ),
  'topic-poisoned': text(
    ['A broken message was left out', '已跳过损坏的消息'],
    'A message that cannot be read was left out[: {topic}].',
    '已跳过一条无法读取的消息[：{topic}]。',
  ),
  'asset-cached': text(
    ['A file has come', '文件已下载'],
    'The file {asset} is on the disk.',
    '文件 {asset} 已存入磁盘。',
  ),
  'asset-download-failed': text(
    ['A download failed', '下载失败'],
    'The file {asset} cannot be fetched[: {reason}]. It is tried again.',
    '文件 {asset} 无法下载[：{reason}]。稍后会重试。',
  ),
  'asset-hash-mismatch': text(
    ['A download was not what was approved', '下载内容与审批不符'],
    'A server gave other bytes than the approved file {asset}. They were thrown away.',
    '服务器提供的数据与已审批的文件 {asset} 不符，已丢弃。',
  ),
  'asset-damaged': text(
    ['A file on the disk is damaged', '磁盘上的文件已损坏'],
    'The file {asset} on the disk is damaged. It is not shown, and is fetched anew.',
    '磁盘上的文件 {asset} 已损坏，不会播放，将重新下载。',
  ),
  'neighbour-lied': text(
    ['A neighbour gave wrong bytes', '相邻播放器提供了错误数据'],
    'The player next door[ {neighbour}] gave wrong bytes. They were thrown away, and it is asked no more for now.',
    '相邻播放器[ {neighbour} ]提供了错误数据，已丢弃，暂不再向它请求。',
  ),
  'neighbours-failed': text(
    ['Neighbours cannot be asked', '无法联系相邻播放器'],
    'Files are not exchanged with players next door[: {reason}].',
    '无法与相邻播放器交换文件[：{reason}]。',
  ),
  'fallback-shown': text(
    ['The fallback was shown', '曾播放后备内容'],
    'The site’s fallback plays, since nothing else may be shown[: {reason}].',
    '没有其他可播放的内容，正在播放后备内容[：{reason}]。',
  ),
  'usb-found': text(
    ['A stick was found', '发现 U 盘'],
    'A stick with {documents} documents and {assets} files was found.',
    '发现 U 盘，其中有 {documents} 份文件和 {assets} 个素材。',
  ),
  'usb-progress': text(
    ['A stick is being read', '正在读取 U 盘'],
    '{done} of {of} files of the stick are on this player.',
    'U 盘中 {of} 个素材已读入 {done} 个。',
  ),
  'usb-done': text(
    ['All of the stick was taken', 'U 盘内容已全部读入'],
    'All of the stick was taken[: {accepted} documents]. It can be taken out.',
    'U 盘内容已全部读入[：{accepted} 份文件]。可以拔出。',
  ),
  'usb-refused': text(
    ['Not all of a stick was taken', 'U 盘内容未全部接收'],
    'Something on the stick[ ({document})] was refused. Its plazacast-report.txt says what.',
    'U 盘中有内容[（{document}）]被拒绝，详见 U 盘上的 plazacast-report.txt。',
  ),
  'client-id-taken': text(
    ['Another player uses this name', '另一播放器使用了相同编号'],
    'Another player uses this one’s id, and both throw each other off. Give each its own.',
    '另一台播放器使用了相同的编号，两者互相挤下线。请为每台设置不同的编号。',
  ),
  'disk-full': text(
    ['The disk is full', '磁盘已满'],
    'There is no room on the disk: downloads wait for {lackingBytes}. What is here plays on.',
    '磁盘空间不足，下载还需 {lackingBytes}。已有内容继续播放。',
  ),
  'quota-exceeded': text(
    ['The space for content is used up', '内容空间已用尽'],
    'The space that the site allows is used up: downloads wait for {lackingBytes}. What is here plays on.',
    '站点允许的空间已用尽，下载还需 {lackingBytes}。已有内容继续播放。',
  ),
  'space-back': text(
    ['There is room again', '空间已恢复'],
    'There is room again: downloads go on.',
    '空间已恢复，下载继续。',
  ),
  'storage-failed': text(
    ['Something could not be written', '写入失败'],
    'For a while the disk took nothing: {plays} records of showings and {events} events were not written.',
    '磁盘曾一度无法写入：{plays} 条播放记录和 {events} 条事件未能保存。',
  ),
  'database-damaged': text(
    ['The database was damaged', '数据库曾损坏'],
    'The database was damaged. What could be read of it is in a new one.',
    '数据库曾损坏，可读取的内容已转入新数据库。',
  ),
  'plays-dropped': text(
    ['Records of showings were dropped', '播放记录被丢弃'],
    'The {plays} oldest records of showings were dropped; {unacknowledged} of them nobody had acknowledged.',
    '已丢弃最早的 {plays} 条播放记录，其中 {unacknowledged} 条未被确认。',
  ),
  'plays-ack-refused': text(
    ['An acknowledgement was refused', '确认回执被拒绝'],
    'An acknowledgement of showings is not believed[: {reason}].',
    '播放记录的确认回执不可信[：{reason}]。',
  ),
  'configuration-wrong': text(
    ['The configuration has a mistake', '配置有误'],
    'Something in this player’s own configuration is wrong. It runs without it.',
    '本播放器的配置有误，已忽略该项继续运行。',
  ),
  'health-changed': text(
    ['The verdict changed', '状态变化'],
    'The verdict became “{verdict}”[: {sentence}]',
    '状态变为“{verdict}”[：{sentence}]',
  ),
  'technician-signed-in': text(
    ['Somebody gave the PIN', '有人输入了 PIN 码'],
    'The PIN was given from {client}.',
    '{client} 输入了正确的 PIN 码。',
  ),
  'technician-locked-out': text(
    ['Somebody guesses the PIN', '有人在猜测 PIN 码'],
    'Wrong PINs came from {client}; it is not listened to for a while.',
    '{client} 多次输入错误的 PIN 码，暂不受理。',
  ),
  'technician-acted': text(
    ['Somebody acted from the page', '有人在页面上进行了操作'],
    'From {client} was asked for: {action}.',
    '{client} 请求了操作：{action}。',
  ),
}
