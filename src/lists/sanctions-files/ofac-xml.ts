// OFAC's SDN.XML: an sdnEntry a party, with its aliases in it. Format: https://ofac.treasury.gov (Specially Designated Nationals
// list, data formats).
import { InputError } from '../../domain/input-error.ts';
import { familyFirst, type NameFormat, type NamesTaken } from './names-taken.ts';
import { childrenOf, childText, textOf, type XmlElement } from './xml-elements.ts';

export type XmlFormat = NameFormat<[element: XmlElement]> & { readonly wanted: ReadonlySet<string> };

export function sdnXml(names: NamesTaken): XmlFormat {
  let entries = 0;
  let said: string | undefined;
  return {
    wanted: new Set(['sdnEntry', 'Record_Count']),
    take(element) {
      if (element.name === 'Record_Count') {
        said ??= textOf(element);
        return;
      }
      entries++;
      const uid = childText(element, 'uid');
      const add = (part: XmlElement, isWeak: boolean): void => {
        const name = familyFirst([childText(part, 'lastName')], [childText(part, 'firstName')]);
        if (name === '' || uid === '')
          names.drop(part.line, `Entry ${entries} has ${name === '' ? 'a part without a name' : 'no uid'}.`);
        else names.add({ uid, name, ...(isWeak && { isWeak }) });
      };
      add(element, false);
      for (const list of childrenOf(element, 'akaList'))
        for (const aka of childrenOf(list, 'aka'))
          add(aka, childText(aka, 'category').toLowerCase() === 'weak');
    },
    end() {
      if (said !== undefined && Number(said) !== entries)
        throw new InputError(
          `The XML says that it has ${said.slice(0, 20)} entries, and ${entries} could be read: nothing was imported, and the list of before stays.`,
        );
    },
  };
}
