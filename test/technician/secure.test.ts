import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { ownCertificate } from '../../main/adapters/technician-certificate.ts'
import { openPhone } from './phone.ts'
import { removePage, rightPin, startPage } from './rig.ts'

after(removePage)

const names = ['plazacast-jiefangbei-3.local']

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-certificate-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a player keeps the certificate that it made, so that its fingerprint stays, and hides the key', async (context) => {
  const folder = folderFor(context)
  const made = await ownCertificate(folder, names)
  assert.match(made.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  assert.equal((await ownCertificate(folder, names)).fingerprint, made.fingerprint)
  assert.equal(statSync(join(folder, 'certificate.pem')).mode & 0o777, 0o600)
  assert.notEqual((await ownCertificate(folder, ['another.local'])).fingerprint, made.fingerprint)
})

test('a certificate that was cut off by a power cut is made anew', async (context) => {
  const folder = folderFor(context)
  const { cert } = await ownCertificate(folder, names)
  writeFileSync(join(folder, 'certificate.pem'), cert.slice(0, 200))
  const again = await ownCertificate(folder, names)
  assert.match(again.cert, /BEGIN CERTIFICATE/)
})

test('the page is served with the certificate whose fingerprint was told, and its cookie travels only that way', async (context) => {
  const certificate = await ownCertificate(folderFor(context), names)
  const page = await startPage(context, { tls: certificate })
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: page.port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  assert.equal(socket.getPeerCertificate().fingerprint256, certificate.fingerprint)
  socket.destroy()
  const { headers } = await page.post('/session', { pin: rightPin })
  assert.match(
    headers['set-cookie']?.[0] ?? '',
    /^__Host-plazacast-\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  )
})

test('a phone that accepts the certificate signs in over HTTPS', async (context) => {
  const page = await startPage(context, { tls: await ownCertificate(folderFor(context), names) })
  const phone = await openPhone(`https://127.0.0.1:${page.port}/`, 'en')
  context.after(phone.stop)
  await phone.sees('need the PIN')
  await phone.page.type('input[name=pin]', rightPin)
  await phone.page.tap('.enter')
  await phone.sees('Skip to the next')
  await phone.page.tap('.buttons button:nth-child(2)')
  await phone.sees('The next one is on its way.')
  assert.deepEqual(page.acted, ['skip'])
})
