// Notes and attached files of alerts and cases.
import { type Static, Type } from 'typebox';
import { Said } from './fields.ts';
import { At, Component, List, Nullable } from './operation.ts';

export const Note = Component('Note', {
  id: Type.Integer(),
  text: Nullable(Type.String({ description: 'Null where it is hidden' })),
  who: Type.String(),
  at: At(),
});
export type Note = Static<typeof Note>;

export const Notes = Component('Notes', { notes: List(Note) });

export const NoteBody = Type.Object({ text: Said(4000) }, { additionalProperties: false });

export const Attachment = Component(
  'Attachment',
  {
    id: Type.Integer(),
    name: Nullable(Type.String()),
    mediaType: Nullable(Type.String()),
    bytes: Type.Integer(),
    sha256: Nullable(Type.String()),
    who: Type.String(),
    at: At(),
  },
  { description: 'Name, media type and hash are null where they are hidden' },
);
export type Attachment = Static<typeof Attachment>;
