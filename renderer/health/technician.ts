import { pageLanguageOf } from '../../shared/technician/texts.ts'
import { fetchReport } from './connection.ts'
import { openPage } from './page.ts'
import { createPageStore } from './store.ts'

const everyMs = 2000
/** So long without an answer, and the page says so. */
const silentAfterMs = 5000

const remembered = 'plazacast-language'
const store = createPageStore(pageLanguageOf([localStorage.getItem(remembered) ?? '', ...navigator.languages]))
store.subscribe(({ language }) => localStorage.setItem(remembered, language))

let lastAnswerMs = Date.now()
let asking: Promise<void> | undefined

async function ask(): Promise<void> {
  const report = await fetchReport()
  const nowMs = Date.now()
  if (report) {
    lastAnswerMs = nowMs
    store.setState({ report, silence: undefined })
  } else if (nowMs - lastAnswerMs >= silentAfterMs) {
    store.setState({ silence: { sinceMs: lastAnswerMs, forMs: nowMs - lastAnswerMs } })
  }
}

function askNow(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = undefined
  })
  return asking
}

async function follow(): Promise<void> {
  if (!document.hidden) await askNow()
  setTimeout(follow, everyMs)
}

const page = document.getElementById('page')
if (page) openPage(page, store, () => void askNow())
document.addEventListener('visibilitychange', () => !document.hidden && void askNow())
void follow()
