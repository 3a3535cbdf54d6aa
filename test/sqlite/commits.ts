// Run as a process of its own, under strace: commits to a database one by one, and says which commits were acknowledged.
import { openDatabase } from '../../main/sqlite/open.ts'
import { putSetting } from '../../main/sqlite/settings.ts'

const [file = '', commits = '0'] = process.argv.slice(2)
const { db, close } = openDatabase(file)
const refused: { commit: number; message: string }[] = []
for (let commit = 0; commit < Number(commits); commit++) {
  try {
    putSetting(db, `commit-${commit}`, 'acknowledged')
  } catch (error) {
    refused.push({ commit, message: String(error) })
  }
}
close()
process.stdout.write(JSON.stringify(refused))
