// Why a name was found, in words: which parts of the two names fit how, and what only one of them has.
import { type NameMatch, WEAK_AT_MOST } from './name-index.ts';

/** Longer names are cut: who reads it sees the parts that count most first. */
const MAX_REASON = 500;

const MAX_NAME_SHOWN = 200;

/** Sentences of at most 500 characters. */
export function nameReason({ match, fit, isCut }: NameMatch): string {
  const { parts, askedOnly, listedOnly } = fit;
  const fits = parts.map(({ asked, listed, how }) =>
    asked === listed ? `${asked} is the same` : `${asked} for ${listed}: ${how}`,
  );
  const text = [
    ...(match.isWeak ? [`It is a weak alias, which counts ${WEAK_AT_MOST} at most.`] : []),
    ...(isCut ? ['More names are like it than could be looked at in time.'] : []),
    ...(fits.length > 0 ? [`${fits.join('; ')}.`] : []),
    ...(askedOnly.length > 0 ? [`Only asked for: ${askedOnly.join(' ')}.`] : []),
    ...(listedOnly.length > 0 ? [`Only listed: ${listedOnly.join(' ')}.`] : []),
  ].join(' ');
  return cut(text, MAX_REASON);
}

/** The listed name, how well it fits, and why: "0.97 like IVANOV, Sergei (12, sdn). sergei is the same; …" */
export function matchText(found: NameMatch): string {
  const { name, uid, source } = found.match;
  const place = source === undefined ? uid : `${uid}, ${source}`;
  return `${found.score.toFixed(2)} like ${cut(name, MAX_NAME_SHOWN)} (${place}). ${nameReason(found)}`;
}

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
