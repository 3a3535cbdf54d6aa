import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Kiosk, setStage } from '../support/stage.ts'

const notPem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'

/** What is wrong, as a technician may leave it. */
const cases: { name: string; change: (at: (file: string) => string) => object }[] = [
  { name: 'an authority that is no certificate', change: (at) => broker({ ca: at('not.pem') }) },
  { name: 'an authority that is a folder', change: (at) => broker({ ca: at('.') }) },
  { name: 'an authority that is nowhere', change: (at) => broker({ ca: at('nowhere.pem') }) },
  {
    name: 'a certificate that is none',
    change: (at) => broker({ cert: at('not.pem'), key: at('not.pem') }),
  },
  {
    name: 'a data folder below a file',
    change: (at) => ({ dataDir: join(at('not.pem'), 'data') }),
  },
  {
    name: 'fields that are wrong',
    change: () => ({ broker: { url: 'http://x' }, topicPrefix: '#', languages: 7, more: 1 }),
  },
  {
    name: 'root keys that are none',
    change: () => ({ rootKeys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }] }),
  },
]
const broker = (more: object) => ({ broker: { url: 'mqtts://127.0.0.1:1', ...more } })

for (const { name, change } of cases) {
  test(`with ${name} in kiosk.json the wall shows the slate`, async (context) => {
    const stage = await setStage(context)
    const at = (file: string) => join(stage.dataDir, file)
    await writeFile(at('not.pem'), notPem)
    await writeFile(
      at('kiosk.json'),
      JSON.stringify({ playerId: 'wall', rootKeys: [], dataDir: stage.dataDir, ...change(at) }),
    )
    await showsSlate(await stage.startKiosk())
    await stage.grab.waitFor(({ kind }) => kind === 'unknown', 10_000) // neither black nor a clip: the slate
  })
}

const showsSlate = (kiosk: Kiosk): Promise<void> => kiosk.says(/slate-shown/)
