import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { readPlaylistFile } from '../../main/operator/read-playlist.ts'
import { makeBrokenClip, makeClip } from '../support/clips.ts'

let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plazacast-mistakes-'))
  const film = { kind: 'film', item: 1, codec: 'h264', seconds: 1, width: 320, height: 160 } as const
  const photo = { kind: 'photo', item: 2, format: 'jpeg' } as const
  await put('film.mp4', (await makeClip(film)).file)
  await put('photo.jpg', (await makeClip(photo)).file)
  await put('named-wrongly.mp4', (await makeClip(photo)).file)
  await put('cut-off.mp4', (await makeBrokenClip(film, 'truncated')).file)
  await put('cut-off.jpg', (await makeBrokenClip(photo, 'truncated')).file)
  await writeFile(join(folder, 'page.mp4'), '<!doctype html><title>404 Not Found</title>')
  await writeFile(join(folder, 'empty.mp4'), '')
  await mkdir(join(folder, 'folder.mp4'))
  await ffmpeg('film.mp4', '-c:v', 'libx265', '-tag:v', 'hvc1', '-c:a', 'copy', 'hevc.mp4')
  await ffmpeg('film.mp4', '-c:v', 'prores', '-c:a', 'copy', 'master.mov')
  await ffmpeg('film.mp4', '-c', 'copy', 'camera.mov')
  await ffmpeg('film.mp4', '-c', 'copy', 'it’s a film.mkv')
  await ffmpeg('film.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv422p', '-c:a', 'copy', 'studio.mp4')
  await ffmpeg('film.mp4', '-c:v', 'copy', '-c:a', 'ac3', 'surround.mp4')
  await ffmpeg('film.mp4', '-vn', '-c:a', 'copy', 'song.mp4')
  await ffmpeg('photo.jpg', 'scan.tiff')
})
after(() => rm(folder, { recursive: true, force: true }))

const put = async (name: string, from: string) => writeFile(join(folder, name), await readFile(from))
const ffmpeg = (input: string, ...args: string[]) =>
  promisify(execFile)('ffmpeg', ['-loglevel', 'error', '-y', '-i', input, ...args], { cwd: folder })

const good = 'id: plaza\nitems:\n  - file: film.mp4\n'
const item = (lines: string) => `id: plaza\nitems:\n  - file: film.mp4\n    ${lines.replaceAll('\n', '\n    ')}\n`
const file = (name: string) => `id: plaza\nitems:\n  - file: ${name}\n    seconds: 5\n`

/** What is written, and every line that is answered, without the name of the file. */
const cases: readonly (readonly [written: string, ...answers: (string | RegExp)[]])[] = [
  ['', '1:1: the file is empty; a playlist needs an id and items'],
  ['just a line\n', '1:1: expected fields with values, got "just a line"'],
  ['items: []\n', '1:1: id: is missing; expected a name for the playlist, such as chongqing-friends'],
  ['id: plaza\n', '1:1: items: is missing; expected a list of items, each with a file'],
  ['id: my plaza\nitems: []\n', '1:5: id: expected 1 to 64 letters, digits, . _ or -, got "my plaza"'],
  ['id: plaza\nitems: films\n', '2:8: items: expected a list of items, each with a file, got "films"'],
  ['id: plaza\nitems:\n  - film.mp4\n', '3:5: items[0]: expected fields with values, got "film.mp4"'],
  ['id: plaza\nitems:\n  - seconds: 4\n', '3:5: items[0].file: is missing; expected the path of a film or photo'],
  [`titel: x\n${good}`, '1:1: titel: is not a field here; did you mean title?'],
  [
    `xylophone: 1\n${good}`,
    '1:1: xylophone: is not a field here; there are id, title, target, priority, weight, entry, limits, notBeside, window, dayparts, defaults, items',
  ],
  [`title: Hello\n${good}`, '1:8: title: expected texts by language, such as en: Hello, got "Hello"'],
  [`title: { english!: Hello }\n${good}`, '1:10: title.english!: expected a language tag such as en or zh-Hans'],
  [`target: fleet\n${good}`, '1:9: target: expected players/<id> or groups/<name>, got "fleet"'],
  [
    `priority: emergancy\n${good}`,
    '1:11: priority: expected filler, normal, takeover or emergency, got "emergancy"; did you mean emergency?',
  ],
  [`weight: 2.5\n${good}`, '1:9: weight: expected a whole number, got 2.5'],
  [`weight: 0\n${good}`, '1:9: weight: expected 1 to 1000, got 0'],
  [`entry: later\n${good}`, '1:8: entry: expected now or item-end, got "later"'],
  [`window: { from: 2026-11-31 }\n${good}`, '1:17: window.from: expected a date such as 2026-11-30, got "2026-11-31"'],
  [`window: { from: 2026-12-01, until: 2026-11-01 }\n${good}`, '1:36: window.until: expected a date not before from'],
  [`dayparts:\n  - from: 7:00\n${good}`, '2:11: dayparts[0].from: expected HH:MM, 00:00 to 24:00, got "7:00"'],
  [
    `dayparts:\n  - days: [mon, funday]\n${good}`,
    '2:17: dayparts[0].days[1]: expected a day: sun, mon, tue, wed, thu, fri, sat, or 0 (Sunday) to 6, got "funday"',
  ],
  [
    `dayparts:\n  - { from: "08:00", until: "08:00" }\n${good}`,
    '2:29: dayparts[0].until: expected a time other than from',
  ],
  [`dayparts:\n  - { fron: "08:00" }\n${good}`, '2:7: dayparts[0].fron: is not a field here; did you mean from?'],
  [item('seconds: ten'), '4:14: items[0].seconds: expected a positive number, got "ten"'],
  [item('seconds: -3'), '4:14: items[0].seconds: expected a positive number, got -3'],
  [item('seconds: 90000'), '4:14: items[0].seconds: expected at most 86400 seconds, which is a day, got 90000'],
  [item('secnds: 4'), '4:5: items[0].secnds: is not a field here; did you mean seconds?'],
  [item('seconds: 4\nseconds: 5'), '5:5: seconds is given twice'],
  [item('fit: crop'), '4:10: items[0].fit: expected contain, cover, fill or none, got "crop"'],
  [item('audio: yes'), '4:12: items[0].audio: expected true or false, got "yes"'],
  [
    item('transition: wipe'),
    '4:17: items[0].transition: expected cut, fade, or { kind: fade, ms: 1 to 5000 }, got "wipe"',
  ],
  [item('transition: { kind: fade, ms: 9000 }'), '4:35: items[0].transition.ms: expected 1 to 5000 ms, got 9000'],
  [item('transition: { kind: fading }'), '4:25: items[0].transition.kind: expected cut or fade'],
  [item('credit: { autor: Lin }'), '4:15: items[0].credit.autor: is not a field here; did you mean author?'],
  [item('qr: ftp://example.org'), '4:9: items[0].qr: expected an http or https address, got "ftp://example.org"'],
  [`${item('id: one')}  - file: film.mp4\n    id: one\n`, '6:9: items[1].id: is already the id of items[0]'],
  [
    'id: plaza\nitems:\n  - file: photo.jpg\n',
    '3:5: items[0].seconds: is missing; a photo needs a duration, here or under defaults',
  ],
  ['id: plaza\nitems:\n  - file: [film.mp4\n', /^4:1: .*(flow|\])/i],
  ['id: plaza\nitems:\n\t- file: film.mp4\n', /^3:1: .*tab/i],
  [file('nowhere.mp4'), /^3:11: items\[0\]\.file: nowhere\.mp4 is not there \(looked for \/.*\/nowhere\.mp4\)$/],
  [file('folder.mp4'), '3:11: items[0].file: folder.mp4 is not a file'],
  [file('empty.mp4'), '3:11: items[0].file: empty.mp4 is empty'],
  [file('page.mp4'), /page\.mp4 is neither a film nor a photo; players show MP4, /],
  [file('hevc.mp4'), /hevc\.mp4 is a film in HEVC \(H\.265\);.*ffmpeg -i hevc\.mp4 -c:v libx264 .* hevc-h264\.mp4$/],
  [file('master.mov'), /master\.mov is a film in ProRes;.*ffmpeg -i master\.mov -c:v libx264 .* master\.mp4$/],
  [file('camera.mov'), /camera\.mov is QuickTime.*ffmpeg -i camera\.mov -c:v copy -c:a copy .* camera\.mp4$/],
  [file('it’s a film.mkv'), /is Matroska; .*ffmpeg -i 'it’s a film\.mkv' -c:v copy -c:a copy .* 'it’s a film\.mp4'$/],
  [file('studio.mp4'), /studio\.mp4 is H\.264 with more than 8 bits or 4:2:0 colours.*-pix_fmt yuv420p/],
  [file('surround.mp4'), /surround\.mp4 has sound in AC-3.*-c:v copy -c:a aac/],
  [file('song.mp4'), /song\.mp4 has no picture/],
  [file('scan.tiff'), /scan\.tiff is a TIFF picture.*magick scan\.tiff scan\.png$/],
  [file('cut-off.mp4'), /cut-off\.mp4 is cut off/],
  [file('cut-off.jpg'), /cut-off\.jpg is cut off/],
  [
    `priority: high\n${item('secnds: 4\nfit: crop')}  - file: nowhere.mp4\n`,
    '1:11: priority: expected filler, normal, takeover or emergency, got "high"',
    '5:5: items[0].secnds: is not a field here; did you mean seconds?',
    '6:10: items[0].fit: expected contain, cover, fill or none, got "crop"',
    /^7:11: items\[1\]\.file: nowhere\.mp4 is not there/,
  ],
]

for (const [written, ...answers] of cases) {
  test(`${JSON.stringify(written)} is answered with: ${answers.join(' | ')}`, async () => {
    const path = join(folder, 'playlist.yaml')
    await writeFile(path, written)
    const read = await readPlaylistFile(path)
    assert.ok(!read.ok, 'it was taken')
    const lines = read.mistakes.map(
      ({ line, column, field, message }) => `${line}:${column}: ${field ? `${field}: ` : ''}${message}`,
    )
    assert.equal(lines.length, answers.length, lines.join('\n'))
    answers.forEach((answer, at) => {
      if (typeof answer === 'string') assert.equal(lines[at], answer)
      else assert.match(lines[at] ?? '', answer)
    })
  })
}

test('a photo under the name of a film is taken for what it is', async () => {
  const path = join(folder, 'playlist.yaml')
  await writeFile(path, file('named-wrongly.mp4'))
  const read = await readPlaylistFile(path)
  assert.ok(read.ok)
  assert.equal(read.sources.get('named-wrongly.mp4')?.shown?.mediaType, 'image/jpeg')
})

test('every kind of film and photo that players show is read with its size upright and its length', async () => {
  const recipes = [
    [{ kind: 'film', item: 1, codec: 'h264', seconds: 1.5, bFrames: true }, 'video/mp4', 1.5],
    [{ kind: 'film', item: 1, codec: 'h264', seconds: 1.5, editList: true, audio: 'none' }, 'video/mp4', 1.5],
    [{ kind: 'film', item: 1, codec: 'vp9', seconds: 1.5 }, 'video/webm', 1.5],
    [{ kind: 'film', item: 1, codec: 'av1', seconds: 1.5 }, 'video/webm', 1.5],
    [{ kind: 'photo', item: 1, format: 'jpeg', orientation: 6 }, 'image/jpeg', undefined],
    [{ kind: 'photo', item: 1, format: 'png' }, 'image/png', undefined],
    [{ kind: 'photo', item: 1, format: 'webp' }, 'image/webp', undefined],
    [{ kind: 'photo', item: 1, format: 'avif' }, 'image/avif', undefined],
    [{ kind: 'photo', item: 1, format: 'gif' }, 'image/gif', undefined],
  ] as const
  for (const [recipe, mediaType, seconds] of recipes) {
    const clip = await makeClip(recipe)
    const path = join(folder, 'playlist.yaml')
    await writeFile(path, file(clip.file))
    const read = await readPlaylistFile(path)
    assert.ok(read.ok, JSON.stringify(read))
    const shown = read.sources.get(clip.file)?.shown
    assert.deepEqual([shown?.mediaType, shown?.width, shown?.height], [mediaType, 640, 360])
    if (seconds === undefined) assert.equal(shown?.seconds, undefined)
    else assert.ok(Math.abs((shown?.seconds ?? 0) - seconds) < 0.05, `${mediaType}: ${shown?.seconds}`)
  }
})
