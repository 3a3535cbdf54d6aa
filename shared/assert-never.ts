/** Makes a switch over a union exhaustive: does not compile while a case is missing, and throws if one comes all the same. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`)
}
