// What a webhook is sent with, as Standard Webhooks asks (standardwebhooks.com): whoever has the secret can tell that it is ours.
import { createHmac } from 'node:crypto';
import type { Due } from '../../ports/office/notifications.ts';

/** What a receiver computes from its secret, the id, the time and the body, and compares. */
export function webhookSignature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

export function webhookHeaders({ id, payload, secret }: Due, nowMs: number): Record<string, string> {
  const name = `msg_${id}`;
  const timestamp = Math.floor(nowMs / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'Goshawk',
    'webhook-id': name,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': webhookSignature(secret, name, timestamp, payload),
  };
}
