/** A thumbprint in groups of four, as two people read it to each other: `s3Ql Zk8… `. */
export const spokenThumbprint = (kid: string): string => (kid.match(/.{1,4}/g) ?? []).join(' ')
