// OFAC's SDN_ADVANCED.XML, and CONS_ADVANCED.XML of the same layout: a DistinctParty has identities, an identity aliases, an alias a
// documented name for each script. What each part of a name is stands at the end of the identity, by number, and what the numbers
// mean at the beginning of the file. Format: https://ofac.treasury.gov (Sanctions List Service, advanced data model).
import { familyFirst, type NamesTaken } from './names-taken.ts';
import type { XmlFormat } from './ofac-xml.ts';
import { attributeOf, childrenOf, textOf, type XmlElement } from './xml-elements.ts';

/** Where parts stand in a name; of a kind that is not named here, where it is found. */
const FAMILY = ['last name', 'matronymic'];
const GIVEN = ['first name', 'middle name', 'patronymic', 'maiden name', 'nickname'];

/** A part of a name: what it is where that is known, and in which script. */
type Part = { readonly kind: string; readonly script: string; readonly text: string };

const below = (elements: readonly XmlElement[], name: string): XmlElement[] =>
  elements.flatMap((element) => childrenOf(element, name));

function nameOf(parts: readonly Part[]): string {
  const of = (kinds: readonly string[]): string[] =>
    kinds.flatMap((kind) => parts.filter((part) => part.kind === kind).map(({ text }) => text));
  const [family, given] = [of(FAMILY), of(GIVEN)];
  // Entities, vessels and aircraft have one name, and so has what is of an unknown kind.
  const whole = parts.filter(({ kind }) => !FAMILY.includes(kind) && !GIVEN.includes(kind));
  return familyFirst([...whole.map(({ text }) => text), ...family], given);
}

/** The names of a documented name: one, or one for each script where its parts are written in several. */
function namesOf(documented: XmlElement, kinds: ReadonlyMap<string, string>): string[] {
  let inSeveral = false;
  const parts = childrenOf(documented, 'DocumentedNamePart').flatMap((part): Part[] => {
    const values = childrenOf(part, 'NamePartValue');
    if (values.length > 1) inSeveral = true;
    return values.map((value) => ({
      kind: kinds.get(attributeOf(value, 'NamePartGroupID') ?? '') ?? '',
      script: attributeOf(value, 'ScriptID') ?? '',
      text: textOf(value),
    }));
  });
  if (!inSeveral) return [nameOf(parts)];
  return [...new Set(parts.map(({ script }) => script))].map((script) =>
    nameOf(parts.filter((part) => part.script === script)),
  );
}

export function advancedXml(names: NamesTaken): XmlFormat {
  /** What kinds of parts there are, by number. */
  const types = new Map<string, string>();
  let entries = 0;
  return {
    wanted: new Set(['NamePartType', 'DistinctParty']),
    take(element) {
      if (element.name === 'NamePartType') {
        types.set(attributeOf(element, 'ID') ?? '', textOf(element).toLowerCase());
        return;
      }
      entries++;
      const { line } = element;
      const profiles = childrenOf(element, 'Profile');
      const uid = attributeOf(element, 'FixedRef') || (profiles[0] && attributeOf(profiles[0], 'ID')) || '';
      if (uid === '') {
        names.drop(line, `Entry ${entries} has no number (FixedRef).`);
        return;
      }
      let found = 0;
      for (const identity of below(profiles, 'Identity')) {
        const groups = below(
          below(childrenOf(identity, 'NamePartGroups'), 'MasterNamePartGroup'),
          'NamePartGroup',
        );
        const kinds = new Map(
          groups.map((group) => [
            attributeOf(group, 'ID') ?? '',
            types.get(attributeOf(group, 'NamePartTypeID') ?? '') ?? '',
          ]),
        );
        for (const alias of childrenOf(identity, 'Alias')) {
          const isWeak = /^(?:true|1)$/i.test(attributeOf(alias, 'LowQuality') ?? '');
          const written = childrenOf(alias, 'DocumentedName').flatMap((name) => namesOf(name, kinds));
          for (const name of written) if (name !== '') names.add({ uid, name, ...(isWeak && { isWeak }) });
          found++;
          if (written.length === 0 || written.includes(''))
            names.drop(alias.line, `Entry ${entries} (${uid}) has an alias without a name.`);
        }
      }
      if (found === 0) names.drop(line, `Entry ${entries} (${uid}) has no name.`);
    },
    end() {},
  };
}
