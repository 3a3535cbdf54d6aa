import { join } from 'node:path'
import { hostContract } from './host-contract.ts'

const driver = join(import.meta.dirname, '../support/chromium-driver.ts')

hostContract(async () => ({ program: process.execPath, args: [driver] }), true)
