/** An element of an XML document; `text` is all character data directly in it, joined. Attributes are not kept. */
export type XmlElement = {
  readonly name: string
  readonly namespace: string
  readonly text: string
  readonly children: readonly XmlElement[]
}
