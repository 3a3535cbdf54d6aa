import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import puppeteer, { type CDPSession } from 'puppeteer-core'
import { z } from 'zod'
import { findChromium } from '../../main/hosts/chromium-binary.ts'
import { chromiumFlags } from '../../main/hosts/chromium-flags.ts'
import { makeClip } from '../support/clips.ts'

const films = 200

test('the graphics process keeps nothing of films that an element has had', async (context) => {
  const profileDir = await mkdtemp(join(tmpdir(), 'plazacast-films-'))
  context.after(() => rm(profileDir, { recursive: true, force: true, maxRetries: 5 }))
  const origin = await serveFilm(context)
  const size = { width: 320, height: 180 }
  const isRootOnLinux = process.getuid?.() === 0
  const browser = await puppeteer.launch({
    executablePath: findChromium(process.env, process.platform),
    pipe: true,
    ignoreDefaultArgs: true,
    args: [...chromiumFlags({ profileDir, headless: true, size, isRootOnLinux })],
  })
  context.after(() => browser.close())
  const page = await browser.newPage()
  await page.goto(origin)
  const session = await browser.target().createCDPSession()
  await page.evaluate(showFilms, 50)
  await graphicsObjects(session) // asking for the first time costs something itself
  const before = await graphicsObjects(session)
  await page.evaluate(showFilms, films)
  const grown = ((await graphicsObjects(session)) - before) / films
  assert.ok(grown < 2, `${grown.toFixed(2)} objects more for each film`)
})

/** Runs in the page: gives one element so many films, one after the other. */
async function showFilms(count: number): Promise<void> {
  const video = document.createElement('video')
  document.body.append(video)
  for (let film = 0; film < count; film++) {
    const loaded = new Promise((resolve) => video.addEventListener('loadedmetadata', resolve, { once: true }))
    video.src = '/film.mp4'
    await loaded
    video.removeAttribute('src')
    video.load()
  }
  video.remove()
}

async function serveFilm(context: { after(undo: () => void): void }): Promise<string> {
  const { file } = await makeClip({ kind: 'film', item: 3, codec: 'h264', seconds: 1, bFrames: true, audio: 'none' })
  const film = await readFile(file)
  const server = createServer((request, response) => {
    if (request.url === '/film.mp4') response.writeHead(200, { 'Content-Type': 'video/mp4' }).end(film)
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>films</title>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  return `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`
}

/** How many objects the graphics process has allocated, as the browser's own account of its memory tells it. */
async function graphicsObjects(session: CDPSession): Promise<number> {
  const told: unknown[] = []
  session.on('Tracing.dataCollected', ({ value }) => void told.push(...value))
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  const traceConfig = {
    includedCategories: ['disabled-by-default-memory-infra'],
    memoryDumpConfig: {},
  }
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
  await session.send('Tracing.requestMemoryDump', { levelOfDetail: 'detailed' })
  await session.send('Tracing.end')
  await complete
  session.off('Tracing.dataCollected')
  const names = told.flatMap((event) => processName.safeParse(event).data ?? [])
  const graphics = names.find(({ args }) => args.name === 'GPU Process')?.pid
  const dump = told.flatMap((event) => memoryDump.safeParse(event).data ?? []).find(({ pid }) => pid === graphics)
  assert.ok(dump, 'the graphics process told nothing of its memory')
  return Number.parseInt(dump.args.dumps.allocators['malloc/allocated_objects'].attrs.object_count.value, 16)
}

const processName = z.object({ pid: z.int(), name: z.literal('process_name'), args: z.object({ name: z.string() }) })
const counted = z.object({ attrs: z.object({ object_count: z.object({ value: z.string() }) }) })
const allocators = z.object({ 'malloc/allocated_objects': counted })
const memoryDump = z.object({ pid: z.int(), args: z.object({ dumps: z.object({ allocators }) }) })
