import { z } from 'zod'

/** Every kind of alert there is, with the words people see. */
export const alertKinds = {
  expiry_approaching: 'Expires, and nothing replaces it in time',
  rotation_failed: 'Rotation failed',
  rotation_late: 'Rotation late',
  agent_silent: 'Agent silent',
  clone_detected: 'Clone detected, agent quarantined',
  rollout_halted: 'Rollout halted',
  window_overridden: 'Rotated against its policy',
  integrity_failed: 'Stored value refused',
  new_host: 'Used from a new host',
} as const
export type AlertKind = keyof typeof alertKinds
export const AlertKind = z.enum(Object.keys(alertKinds) as [AlertKind, ...AlertKind[]])

/** `acknowledged`: somebody looks after it; `resolved`: its cause is gone, which Signet finds out by itself. */
export const AlertState = z.enum(['open', 'acknowledged', 'resolved'])
export type AlertState = z.infer<typeof AlertState>

/** What a webhook is told of. `webhook.test` is sent by hand alone. */
export const WebhookEvent = z.enum(['alert.opened', 'alert.acknowledged', 'alert.resolved'])
export type WebhookEvent = z.infer<typeof WebhookEvent>

/** `dead`: given up, after three days of attempts or because the receiver is gone; it can be sent again by hand. */
export const DeliveryState = z.enum(['waiting', 'delivered', 'dead'])
export type DeliveryState = z.infer<typeof DeliveryState>
