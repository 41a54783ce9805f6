// The consolidated list of the United Nations Security Council as XML: an INDIVIDUAL or an ENTITY a party. Format:
// https://main.un.org/securitycouncil (consolidated list, XML).
import type { NamesTaken } from './names-taken.ts';
import type { XmlFormat } from './ofac-xml.ts';
import { childrenOf, childText } from './xml-elements.ts';

const NAME_PARTS = ['FIRST_NAME', 'SECOND_NAME', 'THIRD_NAME', 'FOURTH_NAME'];
/** What is said of a name in brackets, and is no part of it. */
const NOTE =
  /\s*\((?:previously listed as|formerly listed as|original script|birth name|combat name|third)\)/gi;
/** One of several names in a field: "a) …; b) …". */
const BETWEEN = /;|(?:^|\s)[a-h]\)\s/;
const IN_BRACKETS = /\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g;
const LETTER = /\p{L}/u;
const LATIN = /\p{Script=Latin}/u;

/** A field that is longer is no list of names, and is refused as a name. */
const MAX_FIELD = 10_000;

/** Names of a field that may hold several: between semicolons, or in brackets what is written in another script. */
export function namesInField(field: string): string[] {
  if (field.length > MAX_FIELD) return [field];
  const noted = field.replace(NOTE, '');
  const apart = noted.replaceAll(IN_BRACKETS, (whole, inside: string, at: number) => {
    const said = inside.replace(/^\s*original script:/i, '');
    const before = noted.slice(0, at);
    const isOther = LETTER.test(before) && LETTER.test(said) && LATIN.test(said) !== LATIN.test(before);
    return said.includes(';') || said !== inside || isOther ? `;${said};` : whole;
  });
  return apart
    .split(BETWEEN)
    .map((name) => name.replace(/^[\s,]+|[\s,]+$/g, ''))
    .filter((name) => name !== '');
}

export function unXml(names: NamesTaken): XmlFormat {
  let entries = 0;
  return {
    wanted: new Set(['INDIVIDUAL', 'ENTITY']),
    take(party) {
      entries++;
      const uid = childText(party, 'REFERENCE_NUMBER') || childText(party, 'DATAID');
      if (uid === '') {
        names.drop(party.line, `Entry ${entries} has neither a REFERENCE_NUMBER nor a DATAID.`);
        return;
      }
      const own = namesInField(
        NAME_PARTS.map((part) => childText(party, part))
          .filter((part) => part !== '')
          .join(' '),
      );
      if (own.length === 0) names.drop(party.line, `Entry ${entries} (${uid}) has no name.`);
      for (const name of [...own, ...namesInField(childText(party, 'NAME_ORIGINAL_SCRIPT'))])
        names.add({ uid, name });
      for (const alias of childrenOf(party, `${party.name}_ALIAS`)) {
        const quality = childText(alias, 'QUALITY');
        const found = namesInField(childText(alias, 'ALIAS_NAME'));
        const isWeak = quality.toLowerCase() === 'low';
        for (const name of found) names.add({ uid, name, ...(isWeak && { isWeak }) });
        // A party without aliases has an empty one.
        if (found.length === 0 && quality !== '')
          names.drop(alias.line, `Entry ${entries} (${uid}) has an alias without a name.`);
      }
    },
    end() {},
  };
}
