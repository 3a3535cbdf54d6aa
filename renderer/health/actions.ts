import { spanText } from '../../shared/technician/amounts.ts'
import type { TechnicianAction, TechnicianAnswer } from '../../shared/technician/report.ts'
import { type Words, wordsOf } from '../../shared/technician/texts.ts'
import { act, signIn, signOut } from './connection.ts'
import { element, setText } from './elements.ts'
import type { PageState, PageStore, Told } from './store.ts'

/** The few things that can be done from here, behind the PIN; `after` fetches a new report. */
export function actionsSection(
  store: PageStore,
  after: () => void,
): { root: HTMLElement; draw(state: PageState): void } {
  const title = element('h2')
  const why = element('p', 'soft')
  const pin = element('input')
  pin.inputMode = 'numeric'
  pin.autocomplete = 'off'
  pin.type = 'password'
  pin.maxLength = 16
  pin.name = 'pin'
  const enter = element('button', 'enter')
  enter.type = 'submit'
  const form = element('form', '', pin, enter)
  const buttons = element('div', 'buttons')
  const leave = element('button', 'leave')
  const told = element('p', 'told')
  told.setAttribute('role', 'status')
  const root = element('section', 'actions', title, why, form, buttons, told, leave)

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (pin.value === '' || store.getState().busy) return
    store.setState({ busy: 'pin', told: undefined })
    void signIn(pin.value).then((answer) => {
      store.setState({ busy: undefined, told: answer?.ok ? undefined : refusal(answer) })
      pin.value = ''
      after()
    })
  })
  leave.addEventListener('click', () => void signOut().then(after))

  function press(action: TechnicianAction): void {
    if (store.getState().busy) return
    store.setState({ busy: action, told: undefined })
    void act(action).then((answer) => {
      const good: Told = { kind: 'good', text: (words) => words.acted[action] }
      store.setState({ busy: undefined, told: answer?.ok ? good : refusal(answer) })
      after()
    })
  }

  const made = new Map<TechnicianAction, HTMLButtonElement>()
  function buttonOf(action: TechnicianAction): HTMLButtonElement {
    const there = made.get(action)
    if (there) return there
    const button = element('button')
    button.type = 'button'
    button.addEventListener('click', () => press(action))
    made.set(action, button)
    return button
  }

  return {
    root,
    draw({ language, report, silence, busy, told: last }) {
      const words = wordsOf(language)
      const actions = report?.actions ?? []
      const signedIn = report?.signedIn === true
      root.hidden = !report
      setText(title, words.sections.actions)
      setText(why, actions.length === 0 ? words.noPin : words.pinWhy)
      why.hidden = signedIn
      form.hidden = signedIn || actions.length === 0
      pin.placeholder = words.pin
      pin.setAttribute('aria-label', words.pin)
      setText(enter, words.enter)
      enter.disabled = busy !== undefined || silence !== undefined
      buttons.hidden = leave.hidden = !signedIn
      setText(leave, words.leave)
      const wanted = actions.map(buttonOf)
      if (wanted.some((button, index) => buttons.children[index] !== button)) buttons.replaceChildren(...wanted)
      for (const action of actions) {
        const button = buttonOf(action)
        setText(button, words.act[action])
        button.disabled = busy !== undefined || silence !== undefined
      }
      told.hidden = !last
      if (last) {
        told.dataset.kind = last.kind
        setText(told, last.text(words))
      }
    },
  }
}

function refusal(answer: TechnicianAnswer | undefined): Told {
  return { kind: 'bad', text: (words) => refusalText(answer, words) }
}

function refusalText(answer: TechnicianAnswer | undefined, words: Words): string {
  if (!answer || answer.ok) return words.unreachable
  if (answer.code === 'locked') return words.locked(spanText(answer.waitSeconds ?? 0, words))
  if (answer.code === 'wrong-pin') return words.wrongPin
  if (answer.code === 'not-signed-in') return words.signedOut
  const known = Object.entries(words.problems).find(([code]) => code === answer.code)
  return known ? known[1] : words.failed(answer.message)
}
