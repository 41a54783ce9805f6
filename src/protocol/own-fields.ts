// Fields of one's own as they come in: bounded, in objects or by dotted names.
import { type TSchema, Type } from 'typebox';
import { Line } from './fields.ts';

/** As `domain/attributes.ts` reads them. */
const MAX_FIELDS = 500;
const MAX_TEXT = 1000;
const MAX_LEVELS = 4;
const NAME = '^[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z][A-Za-z0-9_]*){0,3}$';

const VALUES: readonly TSchema[] = [
  Line(MAX_TEXT),
  Type.Number({ minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE }),
  Type.Boolean(),
  Type.Null(),
];

type Sent = { readonly [name: string]: unknown };

const level = (levels: number, words: object = {}): ReturnType<typeof Type.Unsafe<Sent>> =>
  Type.Unsafe<Sent>({
    type: 'object',
    additionalProperties: false,
    maxProperties: MAX_FIELDS,
    patternProperties: { [NAME]: Type.Union([...VALUES, ...(levels === 1 ? [] : [level(levels - 1)])]) },
    ...words,
  });

export const SentOwnFields = level(MAX_LEVELS, {
  description:
    'Fields of one’s own: texts, numbers, true or false, in objects or by dotted names; at most 500 (docs/data.md)',
  examples: [{ customer: { segment: 'gold' }, 'risk.deviceScore': 0.7 }],
});
