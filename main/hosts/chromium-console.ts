import { z } from 'zod'

/** A line of a page's console, in characters; what is longer is cut. */
const longestLine = 500

/** The text of a `Runtime.consoleAPICalled` or `Runtime.exceptionThrown`; undefined if it says nothing. */
export function consoleLine(params: unknown): { level: 'warning' | 'error' | 'debug'; text: string } | undefined {
  const call = called.safeParse(params)
  if (call.success) {
    const { type, args } = call.data
    const text = args.map((one) => one.description ?? String(one.value ?? '')).join(' ')
    const level = type === 'warning' || type === 'error' ? type : 'debug'
    return text === '' ? undefined : { level, text: text.slice(0, longestLine) }
  }
  const thrown = threw.safeParse(params)
  if (!thrown.success) return undefined
  const { text, exception } = thrown.data.exceptionDetails
  return { level: 'error', text: `${text} ${exception?.description ?? ''}`.trim().slice(0, longestLine) }
}

const called = z.object({
  type: z.string(),
  args: z.array(z.object({ value: z.unknown(), description: z.string().optional() })),
})
const threw = z.object({
  exceptionDetails: z.object({
    text: z.string(),
    exception: z.object({ description: z.string().optional() }).optional(),
  }),
})
