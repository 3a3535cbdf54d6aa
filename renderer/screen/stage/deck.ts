/**
 * One layer of the wall, as large as the page and black where its picture is not. `waiting` is painted though nobody sees
 * it, since a hidden film is not; `front` is seen; `over` lies on the front.
 */
export type Place = 'idle' | 'waiting' | 'front' | 'over'

export type Deck = {
  readonly root: HTMLElement
  readonly video: HTMLVideoElement
  readonly image: HTMLImageElement
  put(place: Place): void
  /** Shows the element that the deck holds now, and hides the other. */
  hold(held: 'video' | 'image' | 'nothing'): void
}

/** Makes an idle deck and puts it into the parent. Its elements are used again and again. */
export function makeDeck(parent: HTMLElement): Deck {
  const root = document.createElement('div')
  const video = document.createElement('video')
  const image = document.createElement('img')
  root.className = 'deck'
  video.muted = true
  video.playsInline = true
  video.disablePictureInPicture = true
  video.disableRemotePlayback = true
  video.preload = 'auto'
  image.decoding = 'sync'
  image.alt = ''
  image.draggable = false
  const deck: Deck = {
    root,
    video,
    image,
    put: (place) => {
      root.dataset.place = place
    },
    hold: (held) => {
      root.dataset.held = held
    },
  }
  deck.put('idle')
  deck.hold('nothing')
  root.append(video, image)
  parent.append(root)
  return deck
}

/** Hands out decks that nobody uses; makes one when all are in use. */
export function createDecks(parent: HTMLElement): { take(): Deck; giveBack(deck: Deck): void } {
  const idle: Deck[] = []
  return {
    take: () => idle.pop() ?? makeDeck(parent),
    giveBack: (deck) => {
      deck.put('idle')
      deck.hold('nothing')
      idle.push(deck)
    },
  }
}
