// Files and imports as they are told.
import { isoTime } from '../../domain/iso-time.ts';
import type { FileImport, ImportFile, PreviewRow } from '../../ports/file-importer.ts';
import type {
  FileImport as FileImportMessage,
  ImportedFile,
  PreviewedRow,
} from '../../protocol/file-imports.ts';
import { timeOrNull } from '../edge/unknown.ts';

export const fileMessage = ({ id, name, bytes, sha256, takenAtMs, detection }: ImportFile): ImportedFile => ({
  id,
  name,
  bytes,
  sha256,
  takenAt: isoTime(takenAtMs),
  detection: detection ? { ...detection, mapping: { ...detection.mapping } } : null,
});

export const rowMessage = (row: PreviewRow): PreviewedRow => {
  const { line, cells } = row;
  if (!row.ok) return { line, cells, problems: row.problems };
  return { line, cells, transaction: row.transaction, ...(row.fraud !== undefined && { fraud: row.fraud }) };
};

export const importMessage = (one: FileImport): FileImportMessage => {
  const { sinceMs: _, startedAtMs, endedAtMs, firstMs, lastMs, bytes, ofBytes, problem, told, ...rest } = one;
  return {
    ...rest,
    mapping: rest.mapping ?? null,
    problem: problem ?? null,
    startedAt: isoTime(startedAtMs),
    endedAt: timeOrNull(endedAtMs),
    progress: ofBytes === 0 ? 0 : Math.min(1, bytes / ofBytes),
    from: timeOrNull(firstMs),
    until: timeOrNull(lastMs),
    told: told.map(({ line, problem: why }) => ({ line, problem: why ?? null })),
  };
};
