// Where webhooks may go: to addresses of the public internet by https, and to what the operator allows beside. The address that is
// looked at is the one that is connected to: a name cannot be one thing when it is checked and another when it is used.
import { lookup as lookUp } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { InputError } from '../../domain/input-error.ts';
import { type IpRange, isWithin, parseIp, parseIpRange } from '../../domain/ip-address.ts';

const HOST_NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9])?$/;

export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

export type Targets = {
  /** What is wrong with an address of a webhook as it is written, or undefined. */
  problem(text: string): string | undefined;
  /** Resolves a name, and fails with TargetRefused where any of its addresses is not one to send to. */
  readonly lookup: LookupFunction;
};

const rangesOf = (texts: readonly string[]): IpRange[] =>
  texts.flatMap((text) => {
    const range = parseIpRange(text);
    return range ? [range] : [];
  });

/** IANA's special-purpose registry of IPv4: what is not of the public internet. */
const NOT_PUBLIC_4 = rangesOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]);
/** Of IPv6 only this is given out, and not all of it: tunnels carry an address of IPv4 that nobody has looked at. */
const [GIVEN_OUT_6] = rangesOf(['2000::/3']);
const NOT_PUBLIC_6 = rangesOf(['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']);
/** Networks without IPv4 reach it by these, the address of IPv4 at the end. */
const [TRANSLATED] = rangesOf(['64:ff9b::/96']);

/** Whether an address is one of the public internet; of a text that is no address, false. */
export function isPublic(address: string): boolean {
  const bytes = parseIp(address);
  return bytes !== undefined && isPublicAddress(bytes);
}

function isPublicAddress(bytes: Uint8Array): boolean {
  if (bytes.length === 4) return !NOT_PUBLIC_4.some((range) => isWithin(bytes, range));
  if (isWithin(bytes, TRANSLATED)) return isPublicAddress(bytes.slice(12));
  return isWithin(bytes, GIVEN_OUT_6) && !NOT_PUBLIC_6.some((range) => isWithin(bytes, range));
}

/** From --allow-webhook-targets: addresses, ranges and host names, with commas between. Throws InputError. */
export function webhookTargets(text: string | undefined): Targets {
  const names = new Set<string>();
  const ranges: IpRange[] = [];
  for (const one of (text ?? '').split(',').map((part) => part.trim().toLowerCase())) {
    const range = parseIpRange(one);
    if (range) ranges.push(range);
    else if (HOST_NAME.test(one)) names.add(one);
    else if (one !== '') {
      throw new InputError(
        `--allow-webhook-targets: "${one}" is no host name, address or range such as hooks.bank.internal, 10.0.0.5 or 10.0.0.0/24.`,
      );
    }
  }
  const isAllowed = (address: string): boolean => {
    const bytes = parseIp(address);
    return bytes !== undefined && ranges.some((range) => isWithin(bytes, range));
  };
  const mayBe = (address: string): boolean => isAllowed(address) || isPublic(address);

  function problem(target: string): string | undefined {
    if (!URL.canParse(target)) return `"${target}" is no address.`;
    const { protocol, username, password, hostname } = new URL(target);
    if (protocol !== 'https:' && protocol !== 'http:') return 'A webhook needs an https address.';
    if (username || password) return 'No password in the address: the signature proves where it comes from.';
    // Numbers in any form (decimal, octal, hexadecimal) are dotted by now.
    const host = hostOf(hostname);
    const address = parseIp(host) ? host : undefined;
    const isNamed = names.has(host) || (address !== undefined && isAllowed(address));
    if (protocol === 'http:' && !isNamed) {
      return 'A webhook needs an https address: what it carries names accounts. The operator can allow others (--allow-webhook-targets).';
    }
    if (isNamed) return undefined;
    if (address !== undefined ? !isPublic(address) : /^localhost$|\.localhost$/.test(host)) {
      return `${host} is not of the public internet. The operator can allow it (--allow-webhook-targets).`;
    }
    return undefined;
  }

  const lookup: LookupFunction = (hostname, options, done) => {
    lookUp(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const refused = !names.has(hostOf(hostname)) && found.some(({ address }) => !mayBe(address));
      if (refused || found.length === 0) return done(new TargetRefused(hostname), []);
      if (options.all) return done(null, found);
      return done(null, found[0].address, found[0].family);
    });
  };
  return { problem, lookup };
}

/** As names are compared: small, without the brackets of IPv6 and the dot of the root. */
const hostOf = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
