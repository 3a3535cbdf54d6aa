import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { approval as approvalSchema } from '../../shared/documents/approval.ts'
import { parseJson } from '../../shared/documents/documents.ts'
import { type Jws, jws, protectedHeader } from '../../shared/documents/jws.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { approvalPayload, type LocalAsset } from '../../shared/operator/playlist-payload.ts'
import { bytesOf } from '../../shared/trust/base64url.ts'
import type { FleetLink } from './fleet-link.ts'
import { listKeys, privateKey, privateKeyFor } from './keys.ts'
import { beliefOf } from './known-documents.ts'
import type { PublishRequest } from './publish.ts'
import { signDocument } from './signing.ts'

/** Approvals for all assets: those that were brought, and new ones for the rest. */
export async function approveAll(
  link: FleetLink,
  assets: readonly LocalAsset[],
  request: PublishRequest,
): Promise<Jws[]> {
  const { settings, approvals: brought = [] } = request
  const wanted = new Set<string>(assets.map(({ name }) => name))
  const used = brought.filter((one) => wanted.has(approvedAsset(one) ?? ''))
  const belief = await beliefOf(link, settings.keys)
  const needed = belief.kind === 'trust' ? belief.trust.approvals.needed : 1
  const lacking = assets.filter(({ name }) => approversOf(name, used).size < needed)
  if (lacking.length === 0) return used
  await privateKeyFor(settings.keys, 'approver') // says what to do if there is none
  const names = (await listKeys(settings.keys)).filter((key) => key.purpose === 'approver' && key.canSign)
  const keys = await Promise.all(names.slice(0, needed).map(({ name }) => privateKey(settings.keys, name)))
  const now = new Date().toISOString()
  return [
    ...used,
    ...(await Promise.all(lacking.map((one) => signDocument('approval', approvalPayload(one, now), keys)))),
  ]
}

/** The asset that an approval is about; undefined if it is not one. */
export function approvedAsset(signed: Jws): string | undefined {
  const bytes = bytesOf(signed.payload)
  const json = bytes && parseJson(bytes)
  const read = json?.ok ? approvalSchema.safeParse(json.value) : undefined
  return read?.success ? read.data.asset : undefined
}

/** Thumbprints of those who say that they approve an asset; players check whether it is true. */
function approversOf(asset: string, approvals: readonly Jws[]): Set<string> {
  const signatures = approvals.filter((one) => approvedAsset(one) === asset).flatMap((one) => one.signatures)
  return new Set(signatures.flatMap((one) => keyNamedBy(one.protected) ?? []))
}

function keyNamedBy(header: string): string | undefined {
  const bytes = bytesOf(header)
  const json = bytes && parseJson(bytes)
  const read = json?.ok ? protectedHeader.safeParse(json.value) : undefined
  return read?.success ? read.data.kid : undefined
}

/** Approvals from a file that `plazacast approve` wrote. */
export async function readApprovals(path: string): Promise<Jws[]> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new OperatorError(`${path} cannot be read: ${error.message}.`, 2)
  })
  try {
    return approvalsFile.parse(JSON.parse(text)).approvals
  } catch {
    throw new OperatorError(`${path} is no file of approvals; plazacast approve writes one.`, 2)
  }
}

/** Writes approvals to a file, whole or not at all. */
export async function writeApprovals(path: string, approvals: readonly Jws[]): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  await writeFile(draft, `${JSON.stringify({ approvals }, undefined, 2)}\n`)
  await rename(draft, path)
}

const approvalsFile = z.strictObject({ approvals: z.array(jws) })
