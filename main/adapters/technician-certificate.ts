import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeKeptFolder, writeKeptFile } from './kept-folder.ts'

/** A key and a certificate as PEM, and the certificate's SHA-256 as browsers show it: `AB:CD:…`. */
export type Certificate = { readonly key: string; readonly cert: string; readonly fingerprint: string }

/**
 * The certificate that this player made for itself: ECDSA on P-256, made once and kept in `folder`, so that its fingerprint stays
 * the same. One that cannot be read, or is for other names, is made anew.
 */
export async function ownCertificate(folder: string, names: readonly string[]): Promise<Certificate> {
  const file = join(folder, 'certificate.pem')
  const stored = read(file)
  const certificate = stored === undefined ? undefined : certificateOf(stored)
  if (certificate && names.every((name) => isFor(certificate.cert, name))) return certificate
  const pem = await makePem(names)
  makeKeptFolder(folder, 0o700)
  writeKeptFile(file, pem)
  const made = certificateOf(pem)
  if (!made) throw new Error('the certificate that was made cannot be read')
  return made
}

/** Of the text of a PEM file with a key and a certificate; undefined if they are not there or do not belong together. */
export function certificateOf(pem: string): Certificate | undefined {
  const part = (name: string) =>
    new RegExp(`-----BEGIN ${name}-----[^-]+-----END ${name}-----`).exec(pem)?.[0].concat('\n')
  const [key, cert] = [part('(?:EC |RSA )?PRIVATE KEY'), part('CERTIFICATE')]
  if (key === undefined || cert === undefined) return undefined
  try {
    return { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 }
  } catch {
    return undefined // cut off, or not what it says; the caller makes another
  }
}

const isFor = (cert: string, name: string): boolean => new X509Certificate(cert).checkHost(name) !== undefined

/** Valid whatever the clock says: a player without a battery begins in the past. */
const notBefore = new Date('2000-01-01T00:00:00Z')
const notAfter = new Date('2049-12-31T00:00:00Z')
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** The library is needed once in a player's life. It builds on decorators, which need `reflect-metadata` beneath them. */
async function makePem(names: readonly string[]): Promise<string> {
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(15)))
      .toString('hex')
      .replace(/^./, '4'),
    name: [{ CN: [names[0]?.slice(0, 64) ?? 'plazacast'] }],
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
    ],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const lines = key.match(/.{1,64}/g) ?? []
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n${cert.toString('pem')}\n`
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // the first start, or a disk that lost it
  }
}
