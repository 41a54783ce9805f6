// The EU's consolidated list of financial sanctions as XML: a sanctionEntity a party, a nameAlias each of its names. Format:
// https://data.europa.eu (consolidated list of financial sanctions, XML 1.1).

import { saysLowQuality } from './csv-files.ts';
import { familyFirst, type NamesTaken } from './names-taken.ts';
import type { XmlFormat } from './ofac-xml.ts';
import { attributeOf, childrenOf, childText } from './xml-elements.ts';

export function euXml(names: NamesTaken): XmlFormat {
  let entries = 0;
  return {
    wanted: new Set(['sanctionEntity']),
    take(entity) {
      entries++;
      const uid = attributeOf(entity, 'euReferenceNumber') || attributeOf(entity, 'logicalId') || '';
      const aliases = childrenOf(entity, 'nameAlias');
      if (uid === '' || aliases.length === 0)
        names.drop(entity.line, `Entry ${entries} has no ${uid === '' ? 'euReferenceNumber' : 'nameAlias'}.`);
      if (uid === '') return;
      for (const alias of aliases) {
        const of = (name: string): string => attributeOf(alias, name) ?? '';
        const name = of('wholeName') || familyFirst([of('lastName')], [of('firstName'), of('middleName')]);
        const isWeak = of('strong').toLowerCase() === 'false' || saysLowQuality(childText(alias, 'remark'));
        if (name === '') names.drop(alias.line, `Entry ${entries} (${uid}) has a nameAlias without a name.`);
        else names.add({ uid, name, ...(isWeak && { isWeak }) });
      }
    },
    end() {},
  };
}
