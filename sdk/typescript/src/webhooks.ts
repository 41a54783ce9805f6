// Whether a webhook comes from the desk (Standard Webhooks, https://www.standardwebhooks.com): the signature over its id, its time and
// its body, by the secret that was shown when the channel was made.

/** A webhook that is older or younger may be one that somebody kept. */
const TOLERANCE_MS = 5 * 60_000;

type Headers = { get(name: string): string | null } | Readonly<Record<string, string | undefined>>;

const headerOf = (headers: Headers, name: string): string => {
  const value =
    typeof headers.get === 'function' ? headers.get(name) : (headers as Record<string, string>)[name];
  if (typeof value !== 'string' || value === '') throw new Error(`The webhook has no header ${name}.`);
  return value;
};

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(base64);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
};

/** `body` is the body as it came, byte for byte. Throws an Error that says why it is not believed. */
export async function verifyWebhook(
  secret: string,
  headers: Headers,
  body: string,
  nowMs: number = Date.now(),
): Promise<void> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const seconds = Number(timestamp);
  if (!Number.isInteger(seconds)) throw new Error('The webhook’s timestamp is no number of seconds.');
  if (Math.abs(nowMs - seconds * 1000) > TOLERANCE_MS)
    throw new Error('The webhook’s timestamp is more than five minutes from now.');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const raw = bytesOf(secret.replace(/^whsec_/, ''));
  const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['verify']);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const one of headerOf(headers, 'webhook-signature').split(' ')) {
    const [version, signature = ''] = one.split(',');
    if (version !== 'v1') continue;
    // The comparison takes as long for every signature.
    if (await crypto.subtle.verify('HMAC', key, bytesOf(signature), signed)) return;
  }
  throw new Error('No signature of the webhook is by this secret.');
}
