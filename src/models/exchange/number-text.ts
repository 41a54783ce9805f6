// Numbers as other programs write them into text. `Number` alone would read an empty text as 0, and "0x10" as 16.

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
const INFINITE = /^([-+]?)inf(?:inity)?$/i;

/** NaN where the text is no number, an empty one included. */
export function numberIn(text: string): number {
  if (DECIMAL.test(text)) return Number(text);
  const [found, sign] = INFINITE.exec(text) ?? [];
  if (found === undefined) return Number.NaN;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A text of a file as it is repeated in a refusal: short, and on one line. */
export const quoted = (text: string): string => {
  const line = text.replaceAll(/\p{C}+/gu, ' ').trim();
  return `"${line.length > 60 ? `${line.slice(0, 60)}…` : line}"`;
};
