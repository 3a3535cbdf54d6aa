// A process of its own for bench:cache: serves the files of a folder over HTTP on a port that it prints.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const [folder = ''] = process.argv.slice(2)
const server = createServer(async (request, response) => {
  const path = join(folder, (request.url ?? '').slice(1))
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return void response.writeHead(404).end()
  response.writeHead(200, { 'content-length': found.size, etag: `"${found.size}-${found.mtimeMs}"` })
  createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(response)
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
