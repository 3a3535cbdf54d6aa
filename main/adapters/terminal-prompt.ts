import { createInterface } from 'node:readline/promises'

/** Whether somebody sits at this terminal who can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** Asks a question on the terminal and gives the line that was typed; rejects when the signal ends it. */
export async function askLine(question: string, signal?: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await (signal ? lines.question(question, { signal }) : lines.question(question))).trim()
  } finally {
    lines.close()
  }
}

/** Asks for what nobody should read over the shoulder: what is typed is not shown. Undefined if it was given up (Ctrl+C). */
export function askHidden(question: string): Promise<string | undefined> {
  const { stdin, stderr } = process
  stdin.setRawMode(true) // before the question stands there: who types at once is not to be echoed either
  stdin.setEncoding('utf8')
  stdin.resume()
  stderr.write(question)
  return new Promise((resolve) => {
    let typed = ''
    const end = (answer: string | undefined) => {
      stdin.off('data', take)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      resolve(answer)
    }
    const take = (text: string) => {
      for (const character of text) {
        if (character === '\r' || character === '\n') return end(typed)
        if (character === '\u0003' || character === '\u0004') return end(undefined)
        typed = character === '\u007f' || character === '\b' ? [...typed].slice(0, -1).join('') : typed + character
      }
    }
    stdin.on('data', take)
  })
}
