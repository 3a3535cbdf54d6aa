const units = '%|°C|s|min|h|d|days|B|kB|KB|MB|GB|TB|秒|分钟|小时|天|个|次|项|帧'
const beforeUnit = new RegExp(`(\\d) (?=(?:${units})(?![\\p{L}\\d]))`, 'gu')

/** A number and its unit stay on one line. */
const unbroken = (text: string): string => text.replace(beforeUnit, '$1\u00a0')

/** Makes an element with a class and text or children. Text is only ever set as text: nothing a player says becomes markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...children.map((child) => (typeof child === 'string' ? unbroken(child) : child)))
  return made
}

/** Sets an element's text, and leaves it alone when it is the same, so that a selection stays. */
export function setText(target: HTMLElement, text: string): void {
  const shown = unbroken(text)
  if (target.textContent !== shown) target.textContent = shown
}

/** Puts children in place of others, and leaves them alone when they would look the same. */
export function setChildren(target: HTMLElement, children: readonly HTMLElement[]): void {
  const next = element('div', '', ...children)
  if (target.innerHTML !== next.innerHTML) target.replaceChildren(...next.childNodes)
}
