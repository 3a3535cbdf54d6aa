import { readdir, readFile, stat } from 'node:fs/promises'
import type { Connector } from '../../shared/health/wall-power.ts'

/**
 * Reads what Linux says of the connectors of its graphics cards (`/sys/class/drm/card0-HDMI-A-1/…`). Undefined: there are none, as
 * without a graphics card, or one could not be read. So it is with NVIDIA's driver: it calls every connector disabled, and may drive
 * the wall beside a card that tells.
 */
export function createConnectorReader(sysDir = '/sys'): () => Promise<readonly Connector[] | undefined> {
  const folder = `${sysDir}/class/drm`
  return async () => {
    if (await isThere(`${sysDir}/module/nvidia`)) return undefined
    const names = (await readdir(folder).catch(() => [])).filter((name) => /^card\d+-/.test(name))
    const connectors = await Promise.all(names.map((name) => readConnector(folder, name)))
    const read = connectors.filter((one) => one !== undefined)
    return read.length === 0 || read.length < names.length ? undefined : read
  }
}

async function readConnector(folder: string, name: string): Promise<Connector | undefined> {
  const word = async (file: string) => (await readFile(`${folder}/${name}/${file}`, 'utf8')).trim()
  try {
    const [status, enabled, dpms] = await Promise.all([word('status'), word('enabled'), word('dpms')])
    return { name, status, enabled, dpms }
  } catch {
    return undefined // it went while it was read, or is not for everybody's eyes
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
