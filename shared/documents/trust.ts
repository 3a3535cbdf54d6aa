import { z } from 'zod'
import { instant, revision } from './fields.ts'
import { publicJwk } from './jws.ts'

/** What a key may sign. */
export const roles = ['publisher', 'approver', 'emergency', 'operator'] as const
export const role = z.enum(roles)
export type Role = z.infer<typeof role>

const kid = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected an RFC 7638 thumbprint')

/** The payload of the trust document: whose signature counts for what. Signed by root keys. */
export const trust = z.strictObject({
  kind: z.literal('trust'),
  id: z.literal('trust'),
  revision,
  issuedAt: instant,
  target: z.literal('fleet'),
  keys: z
    .array(
      z.strictObject({
        jwk: publicJwk,
        roles: z.array(role).min(1).max(roles.length),
        label: z.string().max(200).optional(),
        from: instant.optional(),
        until: instant.optional(),
      }),
    )
    .max(256),
  approvals: z.strictObject({ needed: z.int().min(1).max(16) }).default({ needed: 1 }),
  separation: z.enum(['strict', 'none']).default('strict'),
  /** Whether captions, credits, hashtags and QR codes need approvals, too. Left out, it is `free`. */
  words: z.enum(['approved', 'free']).optional(),
  revoked: z.array(kid).max(4096).default([]),
  rootKeys: z.array(publicJwk).min(1).max(16).optional(),
  roots: z.strictObject({ needed: z.int().min(1).max(16) }).optional(),
})
export type Trust = z.infer<typeof trust>
