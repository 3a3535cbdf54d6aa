import type { DownloadRow } from '../../shared/technician/downloads.ts'
import type { Row } from '../../shared/technician/machine.ts'
import { wordsOf } from '../../shared/technician/texts.ts'
import { type Told, technicianView } from '../../shared/technician/view.ts'
import { actionsSection } from './actions.ts'
import { element, setChildren, setText } from './elements.ts'
import { faultList } from './faults.ts'
import { wallPicture } from './picture.ts'
import { verdictSign } from './signs.ts'
import type { PageState, PageStore } from './store.ts'

/** Builds the page once, and draws it again whenever the store changes. */
export function openPage(root: HTMLElement, store: PageStore, after: () => void): void {
  const name = element('h1')
  const language = element('button')
  language.type = 'button'
  const verdict = element('div', 'verdict')
  verdict.setAttribute('role', 'status')
  const picture = wallPicture(store)
  const now = element('p', 'strong')
  const nowDetail = element('p', 'soft')
  const next = element('p', 'strong')
  const downloads = element('ul', 'list')
  const downloadsNote = element('p', 'soft')
  const machine = element('dl')
  const faults = faultList()
  const noFaults = element('p', 'soft')
  const about = element('dl')
  const actions = actionsSection(store, after)
  const wall = section(picture.root, now, nowDetail)
  const sections = {
    wall,
    next: section(next),
    downloads: section(downloads, downloadsNote),
    machine: section(machine),
    faults: section(faults.root, noFaults),
    about: section(about),
  }
  root.append(
    element('header', '', name, language),
    verdict,
    sections.wall.root,
    sections.next.root,
    actions.root,
    sections.downloads.root,
    sections.machine.root,
    sections.faults.root,
    sections.about.root,
  )
  language.addEventListener('click', () => {
    store.setState(({ language: before }) => ({ language: before === 'en' ? 'zh' : 'en' }))
  })

  function draw(state: PageState): void {
    const words = wordsOf(state.language)
    const view = technicianView(state.report, state.silence, state.language)
    document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en'
    document.title = `${view.headline} · ${view.title}`
    setText(name, view.title)
    setText(language, words.otherLanguage)
    drawVerdict(verdict, view)
    root.classList.toggle('silent', state.silence !== undefined)
    for (const key of sectionNames) {
      sections[key].root.hidden = !state.report
      setText(sections[key].title, words.sections[key])
    }
    setText(now, view.now.title)
    setText(nowDetail, view.now.detail)
    setText(next, view.next)
    picture.draw(words)
    setChildren(downloads, view.downloads.map(downloadItem))
    setText(downloadsNote, view.downloadsNote)
    setChildren(machine, view.machine.map(rowOf))
    faults.draw(view.faults, words)
    setText(noFaults, view.faults.length === 0 ? words.noFaults : '')
    setChildren(about, view.about.map(rowOf))
    actions.draw(state)
  }
  store.subscribe(draw)
  draw(store.getState())
}

const sectionNames = ['wall', 'next', 'downloads', 'machine', 'faults', 'about'] as const

type View = ReturnType<typeof technicianView>

function section(...children: HTMLElement[]): { root: HTMLElement; title: HTMLElement } {
  const title = element('h2')
  return { root: element('section', 'stale', title, ...children), title }
}

/** Drawn anew only when it says something else, so that screen readers say it once. */
function drawVerdict(target: HTMLElement, { verdict, headline, told }: View): void {
  const text = JSON.stringify([verdict, headline, told])
  if (target.dataset.text === text) return
  target.dataset.text = text
  target.dataset.verdict = verdict
  target.replaceChildren(
    verdictSign(verdict),
    element('p', 'headline', headline),
    element('ul', '', ...told.map(toldItem)),
  )
}

function toldItem({ title, sentence }: Told): HTMLElement {
  const text = element('p', '', sentence)
  return title === '' ? element('li', '', text) : element('li', '', element('p', 'what', title), text)
}

const rowOf = ({ label, value, isBad }: Row): HTMLElement =>
  element('div', isBad ? 'bad' : '', element('dt', '', label), element('dd', '', value))

function downloadItem({ isWhole, title, detail, percent }: DownloadRow): HTMLElement {
  const bar = element('progress')
  bar.max = 100
  bar.setAttribute('value', percent.toFixed(1))
  bar.setAttribute('aria-label', title)
  return element('li', '', element('p', isWhole ? 'strong' : 'file', title), bar, element('p', 'soft', detail))
}
