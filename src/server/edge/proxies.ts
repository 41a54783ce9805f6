// Proxies in front of the desk: how many, or which. What they say of where a request comes from is believed, and nothing that
// came to them from outside.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { InputError } from '../../domain/input-error.ts';
import { isWithin, parseIp, parseIpRange } from '../../domain/ip-address.ts';

const MAX_HOPS = 10;

/** Whether an address, so many hops away, is a proxy of one's own. */
export type Proxies = (address: string, hop: number) => boolean;

/** From --behind-proxy: a number of hops, or addresses and ranges; undefined where there is no proxy. Throws InputError. */
export function proxiesOf(text: string | undefined): Proxies | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    if (hops < 1 || hops > MAX_HOPS) {
      throw new InputError(
        `--behind-proxy is ${text}; say how many proxies are in a row, from 1 to ${MAX_HOPS}.`,
      );
    }
    return (_, hop) => hop < hops;
  }
  const ranges = text.split(',').map((one) => {
    const range = parseIpRange(one);
    if (!range) {
      throw new InputError(
        `--behind-proxy: "${one.trim()}" is no address or range such as 10.0.0.5 or 10.0.0.0/24, and no number of proxies.`,
      );
    }
    return range;
  });
  return (address) => {
    const bytes = parseIp(address);
    return bytes !== undefined && ranges.some((range) => isWithin(bytes, range));
  };
}

/** An address as proxies write it, with a port or brackets; undefined where it is none. */
function plainAddress(text: string): string | undefined {
  const [, inBrackets] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const bare = inBrackets ?? (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(text) ? text.replace(/:\d+$/, '') : text);
  const withoutZone = bare.split('%')[0];
  return isIP(withoutZone) === 0 ? undefined : withoutZone;
}

/**
 * Takes out of X-Forwarded-For what is no address, and all that stands before it: whoever wrote that can have written the rest.
 * The name that the desk is called by is that of Host: most proxies hand X-Forwarded-Host on as it came from outside.
 */
export function keepAddresses(headers: IncomingHttpHeaders): void {
  delete headers['x-forwarded-host'];
  const given = headers['x-forwarded-for'];
  if (given === undefined) return;
  const kept: string[] = [];
  for (const one of String(given).split(',').reverse()) {
    const address = plainAddress(one.trim());
    if (address === undefined) break;
    kept.unshift(address);
  }
  headers['x-forwarded-for'] = kept.join(', ');
}
