// Notes and attachments of alerts and cases in the database; each with its audit line in one transaction.
import { isoTime } from '../../domain/iso-time.ts';
import type { Notes } from '../../ports/office/notes.ts';
import { auditStatement, auditText } from './audit.ts';
import type { SqlSession } from './session.ts';

export const NOTE_TABLES: readonly string[] = [
  `create table notes (
    id bigint generated always as identity primary key, subject text not null, text text not null,
    who text not null, at timestamptz not null)`,
  'create index notes_subject on notes (subject, id)',
  `create table attachments (
    id bigint generated always as identity primary key, subject text not null, name text not null,
    media_type text not null, size integer not null, sha256 text not null, bytes bytea not null,
    who text not null, at timestamptz not null)`,
  'create index attachments_subject on attachments (subject, id)',
];

export function createNotes(session: SqlSession): Notes {
  return {
    async notes(subject) {
      const rows = await session.query('select * from notes where subject = $1 order by id', [subject]);
      return rows.map((row) => ({
        id: Number(row.id),
        text: String(row.text),
        who: String(row.who),
        atMs: (row.at as Date).getTime(),
      }));
    },
    async addNote(subject, text, entry) {
      await session.transaction([
        {
          sql: 'insert into notes (subject, text, who, at) values ($1, $2, $3, $4)',
          parameters: [subject, text, entry.actor.name, isoTime(entry.atMs)],
        },
        auditStatement(entry),
      ]);
    },
    async attachments(subject) {
      const rows = await session.query(
        'select id, name, media_type, size, sha256, who, at from attachments where subject = $1 order by id',
        [subject],
      );
      return rows.map((row) => ({
        id: Number(row.id),
        name: String(row.name),
        mediaType: String(row.media_type),
        bytes: Number(row.size),
        sha256: String(row.sha256),
        who: String(row.who),
        atMs: (row.at as Date).getTime(),
      }));
    },
    async attach(subject, { name, mediaType, content, sha256 }, limit, entry) {
      const rows = await session.query(
        `with added as (
           insert into attachments (subject, name, media_type, size, sha256, bytes, who, at)
           select $1, $2, $3, $4, $5, decode($6, 'base64'), $7, $8
           where (select count(*) from attachments where subject = $1) < $9 returning id)
         select id, append_audit($10) from added`,
        [
          subject,
          name,
          mediaType,
          content.length,
          sha256,
          content.toString('base64'),
          entry.actor.name,
          isoTime(entry.atMs),
          limit,
          auditText(entry),
        ],
      );
      return rows.length > 0;
    },
    async attachment(subject, id) {
      const [row] = await session.query(
        'select name, media_type, bytes from attachments where id = $1 and subject = $2',
        [id, subject],
      );
      return (
        row && {
          name: String(row.name),
          mediaType: String(row.media_type),
          content: Buffer.from(row.bytes as Uint8Array),
        }
      );
    },
  };
}
