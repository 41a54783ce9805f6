// The API's shapes: one schema serves the types, the OpenAPI document and its page.
// Bodies are checked by the domain parser, which lists every problem, so their schemas are for the reader.
import { type Static, Type } from 'typebox';
import { ID_MAX_LENGTH } from '../domain/transaction.ts';
import { MODEL_STATES } from '../ports/office/models.ts';
import { Identifier, Line, Prose, Said } from '../protocol/fields.ts';

export const oneOf = <T extends string>(values: readonly T[]) => Type.Enum([...values]);
export { Problem as ProblemSchema } from '../protocol/problem.ts';

export const IdParams = Type.Object({ id: Identifier(ID_MAX_LENGTH) });
export type IdParams = Static<typeof IdParams>;

export const VersionParams = Type.Object({ version: Identifier(128) });
export type VersionParams = Static<typeof VersionParams>;

const who = Type.Optional(
  Line(100, { minLength: 0, description: 'Who does it, at a desk where nobody signs in' }),
);
const note = Prose(2000);

export const ReviewQuery = Type.Object(
  {
    versions: Type.Optional(
      Identifier(1000, { description: 'With commas between; the champion where not said' }),
    ),
  },
  { additionalProperties: false },
);
export type ReviewQuery = Static<typeof ReviewQuery>;

export const FileModelQuery = Type.Object(
  { who, notes: Type.Optional(note) },
  { additionalProperties: false },
);
export type FileModelQuery = Static<typeof FileModelQuery>;

export const WhoBody = Type.Object({ who, note: Type.Optional(note) }, { additionalProperties: false });
export type WhoBody = Static<typeof WhoBody>;

export const MoveBody = Type.Object(
  {
    state: oneOf(MODEL_STATES),
    share: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Of the accounts, for a challenger' }),
    ),
    who,
    note: Type.Optional(note),
    override: Type.Optional(Said(2000, { description: 'Why, although the gate is shut' })),
  },
  { additionalProperties: false, examples: [{ state: 'challenger', share: 0.1, who: 'R. Okafor' }] },
);
export type MoveBody = Static<typeof MoveBody>;
