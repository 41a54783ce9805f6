// Lists: what their entries are, and how an entry is written so that it is found again.
import { textProblem } from '../domain/text.ts';

export const LIST_KINDS = ['account', 'merchant', 'device', 'ip', 'country', 'counterparty', 'text'] as const;
export type ListKind = (typeof LIST_KINDS)[number];
export const LIST_PURPOSES = ['block', 'allow', 'watch'] as const;
export type ListPurpose = (typeof LIST_PURPOSES)[number];

export const LIST_NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;
export const MAX_ENTRIES = 2_000_000;
const MAX_VALUE = 128;

/** An IPv4 or IPv6 address or range as its bytes and the bits that count; undefined where it is none. */
export type IpRange = { readonly bytes: Uint8Array; readonly bits: number };

export function parseIp(text: string): Uint8Array | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split('.').map(Number);
    return parts.every((part) => part < 256) ? Uint8Array.from(parts) : undefined;
  }
  if (!/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text)) return undefined;
  let rest = text;
  const tail: number[] = [];
  const dotted = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text);
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
  // An IPv4 address written as IPv6 is that IPv4 address.
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

/** How an entry of a list is kept, or what is wrong with it. */
export function normalEntry(
  kind: ListKind,
  text: string,
): { readonly value: string } | { readonly problem: string } {
  const value = text.trim();
  if (value === '' || value.length > MAX_VALUE)
    return { problem: `An entry has 1 to ${MAX_VALUE} characters.` };
  // It is compared with what transactions hold: what these cannot hold, it would never be found by.
  const problem = textProblem(value, kind === 'text' ? 'line' : 'identifier');
  if (problem !== undefined) return { problem: `An entry ${problem}.` };
  if (kind === 'country') {
    const code = value.toUpperCase();
    return /^[A-Z]{2}$/.test(code)
      ? { value: code }
      : { problem: `"${value}" is no ISO 3166-1 code such as DE.` };
  }
  if (kind === 'ip') {
    const range = parseIpRange(value);
    if (!range) return { problem: `"${value}" is no address or range such as 203.0.113.0/24.` };
    return { value: rangeText(range) };
  }
  return { value };
}

export const MAX_NOTE = 500;

/** What is wrong with what was noted about an entry, or undefined. */
export function noteProblem(note: string): string | undefined {
  const problem = textProblem(note, 'prose');
  if (problem !== undefined) return `A note ${problem}.`;
  return note.length > MAX_NOTE ? `A note has at most ${MAX_NOTE} characters.` : undefined;
}

/** One text for one range. */
export function rangeText({ bytes, bits }: IpRange): string {
  const address =
    bytes.length === 4
      ? bytes.join('.')
      : Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16)).join(':');
  return bits === bytes.length * 8 ? address : `${address}/${bits}`;
}
