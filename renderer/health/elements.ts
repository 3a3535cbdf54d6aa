/** Makes an element with a class and text or children. Text is only ever set as text: nothing a player says becomes markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...children)
  return made
}

/** Sets an element's text, and leaves it alone when it is the same, so that a selection stays. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

/** Puts children in place of others, and leaves them alone when they would look the same. */
export function setChildren(target: HTMLElement, children: readonly HTMLElement[]): void {
  const next = element('div', '', ...children)
  if (target.innerHTML !== next.innerHTML) target.replaceChildren(...next.childNodes)
}
