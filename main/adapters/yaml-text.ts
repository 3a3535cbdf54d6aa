import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, stringify } from 'yaml'

/** A place in a text; both count from 1. */
export type Place = { readonly line: number; readonly column: number }

/** A YAML text that was read: its value, what is wrong with its syntax, and where every part of it stands. */
export type YamlText = {
  readonly value: unknown
  /** Syntax errors and keys given twice, each with its place. `fatal` is false if the value can still be judged. */
  readonly errors: readonly { readonly place: Place; readonly message: string; readonly fatal: boolean }[]
  /** Where the part at this path stands, or the nearest part around it that is there. */
  placeOf(path: readonly PropertyKey[], at: 'key' | 'value'): Place
}

/** Reads YAML 1.2 (one document). Never throws: what is wrong is in `errors`. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const errors = document.errors.map((error) => {
    const twice = error.code === 'DUPLICATE_KEY'
    const key = twice ? /^\s*([^:\n]+?)\s*:/.exec(text.slice(error.pos[0]))?.[1] : undefined
    const message = twice ? `${key ?? 'this field'} is given twice` : sentence(error.message)
    return { place: placeAt(error.pos[0]), message, fatal: !twice }
  })
  const value = errors.some(({ fatal }) => fatal) ? undefined : readValue(() => document.toJS({ maxAliasCount: 1000 }))
  return {
    value,
    errors,
    placeOf: (path, at) => placeAt(offsetOf(document.contents, path, at, (alias) => alias.resolve(document))),
  }
}

/** Plain data as YAML. */
export const writeYaml = (value: unknown): string => stringify(value)

type Resolve = (alias: { resolve(document: unknown): unknown }) => unknown

function offsetOf(root: unknown, path: readonly PropertyKey[], at: 'key' | 'value', resolve: Resolve): number {
  let here = root
  let offset = startOf(root) ?? 0
  path.forEach((part, index) => {
    const collection = isAlias(here) ? resolve(here as never) : here
    const last = index === path.length - 1
    here = undefined
    if (isMap(collection)) {
      const pair = collection.items.find(
        (one) => isPair(one) && isScalar(one.key) && String(one.key.value) === String(part),
      )
      here = pair?.value
      const found = last && at === 'key' ? startOf(pair?.key) : (startOf(pair?.value) ?? startOf(pair?.key))
      offset = found ?? offset
    } else if (isSeq(collection) && typeof part === 'number') {
      here = collection.items[part]
      offset = startOf(here) ?? offset
    }
  })
  return offset
}

const startOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0]

const sentence = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1)

function readValue(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined // more aliases than any playlist needs: judged as an empty file
  }
}
