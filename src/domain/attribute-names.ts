// Names for own fields that come from columns: as near to what a column is called as a name may be.
import { attributeNameProblem, MAX_ATTRIBUTE_NAME } from './attributes.ts';

/** The name of an own field for a column: letters, digits and _, as near to what the column is called as they come. */
export function attributeNameOf(column: string, at: number, taken: ReadonlySet<string>): string {
  const plain = column.normalize('NFKD').replaceAll(/\p{M}/gu, '').trim();
  const words = plain
    .split('.')
    .map((word) => word.replaceAll(/[^A-Za-z0-9_]+/g, '_').replaceAll(/^_+|_+$/g, ''))
    .join('.');
  const isName = (name: string): boolean => attributeNameProblem(name) === undefined && !taken.has(name);
  const short = (text: string): string => text.slice(0, MAX_ATTRIBUTE_NAME - 8);
  const flat = short(words.replaceAll('.', '_')) || 'column';
  const begun = /^[A-Za-z]/.test(flat) ? flat : `c_${flat}`;
  return [words, flat, begun, `${begun}_${at + 1}`].find(isName) ?? `column_${at + 1}`;
}
