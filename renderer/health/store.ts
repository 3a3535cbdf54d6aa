import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TechnicianAction, TechnicianReport } from '../../shared/technician/report.ts'
import type { Words } from '../../shared/technician/texts.ts'
import type { Silence } from '../../shared/technician/view.ts'
import type { Language } from '../../shared/texts/bilingual.ts'

/** What was told about the last thing somebody asked for, in whichever language the page has now. */
export type Told = { readonly kind: 'good' | 'bad'; readonly text: (words: Words) => string }

export type PageState = {
  readonly language: Language
  readonly report: TechnicianReport | undefined
  /** Undefined while the player answers. */
  readonly silence: Silence | undefined
  readonly busy: TechnicianAction | 'pin' | undefined
  readonly told: Told | undefined
}

export type PageStore = StoreApi<PageState>

export const createPageStore = (language: Language): PageStore =>
  createStore<PageState>(() => ({ language, report: undefined, silence: undefined, busy: undefined, told: undefined }))
