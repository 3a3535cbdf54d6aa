import assert from 'node:assert/strict'
import { test } from 'node:test'
import { relayedPlaylist } from '../../shared/hls/relay-playlist.ts'

test('variants, sound, first parts, keys and byte ranges are asked of the relay; all else is left out', () => {
  const master = relayedPlaylist(
    [
      '#EXTM3U',
      '#EXT-X-DEFINE:NAME="x",VALUE="y"',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="https://elsewhere.example/steer"',
      '#EXT-X-SESSION-DATA:DATA-ID="a",URI="https://elsewhere.example/data"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="sound/list.m3u8"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="s",URI="https://elsewhere.example/words.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a",SUBTITLES="s"',
      'low.m3u8?token=1',
    ].join('\n'),
    'https://city.example/live/index.m3u8',
  )
  assert.ok(master.ok)
  assert.deepEqual(
    master.links.map(({ url, leadsTo }) => [url, leadsTo]),
    [
      ['https://city.example/live/sound/list.m3u8', 'playlist'],
      ['https://city.example/live/low.m3u8?token=1', 'playlist'],
    ],
  )
  assert.doesNotMatch(master.text, /elsewhere|SUBTITLES|DEFINE|city\.example/)
  const media = relayedPlaylist(
    [
      '#EXTM3U',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES',
      '#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x01',
      '#EXT-X-MAP:URI="init.mp4",BYTERANGE="800@0"',
      '#EXT-X-DATERANGE:ID="ad",X-ASSET-URI="https://elsewhere.example/ad"',
      '#EXTINF:2,',
      '#EXT-X-BYTERANGE:100@800',
      'all.m4s',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="https://elsewhere.example/part"',
    ].join('\n'),
    'https://city.example/live/low.m3u8',
  )
  assert.ok(media.ok)
  assert.deepEqual(
    media.links.map(({ url }) => url),
    ['key', 'init.mp4', 'all.m4s'].map((name) => `https://city.example/live/${name}`),
  )
  assert.match(media.text, /IV=0x01\n#EXT-X-MAP:URI="media-[^"]+",BYTERANGE="800@0"/)
  assert.doesNotMatch(media.text, /elsewhere|SERVER-CONTROL/)
})

for (const elsewhere of [
  'https://elsewhere.example/a.ts',
  '//elsewhere.example/a.ts',
  'http://city.example/a.ts',
  'https://city.example:444/a.ts',
  'https://user:word@city.example/a.ts',
  'https://city.example@elsewhere.example/a.ts',
  'file:///etc/passwd',
  'data:video/mp2t,abc',
  'https://[',
]) {
  test(`a stream that leads to ${elsewhere} is not handed on`, () => {
    const lines = ['#EXTM3U', '#EXTINF:2,', elsewhere]
    assert.equal(relayedPlaylist(lines.join('\n'), 'https://city.example/live.m3u8').ok, false)
    const key = ['#EXTM3U', `#EXT-X-KEY:METHOD=AES-128,URI="${elsewhere}"`, '#EXTINF:2,', 'a.ts']
    assert.equal(relayedPlaylist(key.join('\n'), 'https://city.example/live.m3u8').ok, false)
  })
}
