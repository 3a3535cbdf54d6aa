import { readFile } from 'node:fs/promises'
import { mistakeLine, mistakesOf, placed } from '../../shared/operator/mistake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type SiteFile, siteFieldNamesAt, siteFile } from '../../shared/operator/site-file.ts'
import { readYaml } from '../adapters/yaml-text.ts'

/** Reads what a YAML file says of a wall; rejects with a line for each mistake, with its place in the file. */
export async function readSiteFile(file: string): Promise<SiteFile> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new OperatorError(`${file} cannot be read: ${error.message}.`, 2)
  })
  const yaml = readYaml(text)
  const syntax = yaml.errors.map(({ place, message }) => ({ file, ...place, field: '', message }))
  const read = siteFile.safeParse(yaml.value ?? {}, { reportInput: true })
  const wrong = read.success || yaml.errors.some(({ fatal }) => fatal) ? [] : mistakesOf(read.error, siteFieldNamesAt)
  const mistakes = wrong.map((mistake) => {
    const { line, column } = yaml.placeOf(mistake.path, mistake.at)
    return placed(file, mistake, line, column)
  })
  const all = [...syntax, ...mistakes]
  if (read.success && all.length === 0) return read.data
  throw new OperatorError(all.map(mistakeLine).join('\n'), 2)
}
