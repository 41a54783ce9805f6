// Imports of files at a desk: what was taken in, looked at and tried, and the imports themselves.
import { type Mapping, parseMapping } from '../adapters/files/mapping.ts';
import { InputError } from '../domain/input-error.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Desk } from '../ports/desk.ts';
import type { FileImporter, ImportFile } from '../ports/file-importer.ts';
import { createImportJobs } from './import-jobs.ts';
import { detected, previewed } from './import-preview.ts';
import { openUploads, type Upload } from './import-uploads.ts';

const GONE =
  'The file is not here any more: bring it again. Files are kept for a day, and until the desk is started anew.';

export type ImporterOptions = {
  readonly desk: Desk;
  readonly boundary: Boundary;
  /** A folder of this process alone; what is in it is lost. */
  readonly folder: string;
};

/** Of rows that need none there is none. Throws InputError. */
const mappingOf = ({ detection }: ImportFile, mapping: unknown): Mapping | undefined =>
  detection ? parseMapping(mapping, 'The mapping') : undefined;

export async function openFileImporter({ desk, boundary, folder }: ImporterOptions): Promise<FileImporter> {
  const uploads = await openUploads(folder, desk.clock.nowMs);
  const files = new Map<string, ImportFile>();
  const jobs = createImportJobs(desk, boundary);

  function found(id: string): { readonly upload: Upload; readonly file: ImportFile } {
    const upload = uploads.find(id);
    const file = files.get(id);
    if (!upload || !file) throw new InputError(GONE);
    return { upload, file };
  }

  return {
    async take(name, who, bytes) {
      const upload = await uploads.take(name, bytes);
      const { id, sha256, takenAtMs, source } = upload;
      try {
        const detection = await detected(source, desk.money().baseCurrency);
        const about = { id, name: source.name, bytes: source.totalBytes, sha256, who, takenAtMs };
        const file: ImportFile = { ...about, ...(detection && { detection }) };
        for (const known of files.keys()) if (!uploads.find(known)) files.delete(known);
        files.set(id, file);
        return file;
      } catch (error) {
        await uploads.drop(id);
        throw error;
      }
    },
    file: (id) => (uploads.find(id) ? files.get(id) : undefined),
    async drop(id) {
      files.delete(id);
      return uploads.drop(id);
    },
    async preview(id, mapping) {
      const { upload, file } = found(id);
      return previewed(upload.source, mappingOf(file, mapping), desk.bounds());
    },
    async start(id, order, who) {
      const { upload, file } = found(id);
      const mapping = mappingOf(file, order.mapping);
      return jobs.begin({ file, source: upload.source, mapping, order, who });
    },
    imports: jobs.all,
    find: async (id) => (await jobs.all()).find((one) => one.id === id),
    cancel: jobs.cancel,
    async close() {
      await jobs.close();
      await uploads.close();
    },
  };
}
