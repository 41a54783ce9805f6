// Notes and attachments of what people work on; a subject is "alert 17" or "case 3".
import type { AuditEntry } from './audit.ts';

export type Note = {
  readonly id: number;
  readonly text: string;
  readonly who: string;
  readonly atMs: number;
};

export type Attachment = {
  readonly id: number;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly who: string;
  readonly atMs: number;
};

/**
 * **Contract**
 * - NOTE1 Notes and attachments of a subject come oldest first and byte for byte, and with those of no other.
 * - NOTE2 A subject that has as many attachments as it may gets no more.
 */
export type Notes = {
  /** Oldest first. */
  notes(subject: string): Promise<readonly Note[]>;
  addNote(subject: string, text: string, entry: AuditEntry): Promise<void>;
  attachments(subject: string): Promise<readonly Attachment[]>;
  /** False when the subject has `limit` of them already. */
  attach(
    subject: string,
    file: {
      readonly name: string;
      readonly mediaType: string;
      readonly content: Buffer;
      readonly sha256: string;
    },
    limit: number,
    entry: AuditEntry,
  ): Promise<boolean>;
  attachment(
    subject: string,
    id: number,
  ): Promise<{ readonly name: string; readonly mediaType: string; readonly content: Buffer } | undefined>;
};
