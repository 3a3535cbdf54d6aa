/** Something an operator can put right: the message is a whole sentence for them, without a stack. */
export class OperatorError extends Error {
  /** 1: it did not work. 2: what was asked, or a file that was given, is wrong. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'OperatorError'
    this.exitCode = exitCode
  }
}
