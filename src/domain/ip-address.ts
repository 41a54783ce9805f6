// Addresses of machines, IPv4 and IPv6: read, compared as ranges, and written in one form (RFC 5952).

/** A leading zero is refused: some read it as octal, some do not, and the same text would be two addresses (RFC 6943). */
const DOTTED = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/** An IPv4 or IPv6 address or range as its bytes and the bits that count; undefined where it is none. */
export type IpRange = { readonly bytes: Uint8Array; readonly bits: number };

/** The 4 or 16 bytes of an address; undefined where it is none. An IPv4 address written as IPv6 is that IPv4 address. */
export function parseIp(text: string): Uint8Array | undefined {
  if (DOTTED.test(text)) {
    const parts = text.split('.').map(Number);
    return parts.every((part) => part < 256) ? Uint8Array.from(parts) : undefined;
  }
  if (!/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text)) return undefined;
  let rest = text;
  const tail: number[] = [];
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text);
  if (dotted) {
    const last = parseIp(dotted[2]);
    if (!last) return undefined;
    tail.push(...last);
    rest = dotted[1].endsWith('::') ? dotted[1] : dotted[1].slice(0, -1);
  }
  const halves = rest.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): number[] | undefined => {
    if (half === '') return [];
    const bytes: number[] = [];
    for (const group of half.split(':')) {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
    return bytes;
  };
  const head = groups(halves[0]);
  const end = halves.length === 2 ? groups(halves[1]) : [];
  if (!head || !end) return undefined;
  const known = head.length + end.length + tail.length;
  if (halves.length === 1 ? known !== 16 : known > 14) return undefined;
  const bytes = Uint8Array.from([...head, ...new Array<number>(16 - known).fill(0), ...end, ...tail]);
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

export function parseIpRange(text: string): IpRange | undefined {
  const [address, length, more] = text.trim().split('/');
  const bytes = parseIp(address);
  if (!bytes || more !== undefined) return undefined;
  const most = bytes.length * 8;
  if (length === undefined) return { bytes, bits: most };
  if (!/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length);
  return bits > most ? undefined : { bytes: maskIp(bytes, bits), bits };
}

/** The address with all but its first bits zero. */
export function maskIp(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, i) => {
    const left = bits - i * 8;
    return left >= 8 ? byte : left <= 0 ? 0 : byte & (0xff << (8 - left));
  });
}

export const isWithin = (bytes: Uint8Array, range: IpRange): boolean =>
  bytes.length === range.bytes.length &&
  maskIp(bytes, range.bits).every((byte, i) => byte === range.bytes[i]);

/** One text for one range. */
export function rangeText({ bytes, bits }: IpRange): string {
  const address =
    bytes.length === 4
      ? bytes.join('.')
      : Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16)).join(':');
  return bits === bytes.length * 8 ? address : `${address}/${bits}`;
}

/** The one text of an address: dotted for IPv4, also where it came as IPv6; RFC 5952 for IPv6. Undefined where it is none. */
export function canonicalIp(text: string): string | undefined {
  const bytes = parseIp(text);
  if (!bytes) return undefined;
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] << 8) | bytes[2 * i + 1]);
  let longest = { from: 0, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && groups[from + length] === 0) length++;
    if (length > longest.length) longest = { from, length };
  }
  const hex = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':');
  if (longest.length < 2) return hex(groups);
  return `${hex(groups.slice(0, longest.from))}::${hex(groups.slice(longest.from + longest.length))}`;
}

/** What is wrong with a text that is no address, as the end of a sentence. */
export function ipProblem(text: string): string {
  if (/^\[.*\](:\d+)?$/.test(text) || /^\d+(\.\d+){3}:\d+$/.test(text))
    return 'leave out brackets and the port: an address alone is wanted';
  if (text.includes('%'))
    return 'leave out the zone (what follows %): it means something on one machine only';
  if (text.includes('/')) return 'it is a range; one address is wanted';
  if (/^\d+(\.\d+){3}$/.test(text))
    return text.split('.').some((part) => part.length > 1 && part.startsWith('0'))
      ? 'write its parts without leading zeros, which some read as octal'
      : 'each of its parts must be from 0 to 255';
  return 'it must be an IPv4 or IPv6 address';
}
