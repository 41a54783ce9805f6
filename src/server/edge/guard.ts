// No foreign page may reach the desk: Host and Origin are checked.
import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function hostName(header: string): string {
  return header.replace(/:\d+$/, '').toLowerCase();
}

/**
 * Why a request must be refused, or undefined. `allowedHosts` are names besides the loopback ones; with `anyHost`, where
 * everybody signs in, the desk may be called by any name: a session belongs to the name it was made under.
 */
export function foreignRequest(
  headers: IncomingHttpHeaders,
  allowedHosts: ReadonlySet<string>,
  anyHost: boolean,
): string | undefined {
  const allowed = (name: string): boolean => isLoopback(name) || allowedHosts.has(name);
  const host = headers.host ?? '';
  if (!anyHost && !allowed(hostName(host)))
    return `The host "${host.slice(0, 80)}" is not one of this desk's names.`;
  const { origin } = headers;
  if (origin === undefined) return undefined;
  let from: URL;
  try {
    from = new URL(origin);
  } catch {
    return 'The Origin header is not an address.';
  }
  // A page of another port on this machine is foreign, too.
  if (from.host.toLowerCase() !== host.toLowerCase())
    return `Pages of ${origin.slice(0, 80)} may not use this desk.`;
  return undefined;
}
