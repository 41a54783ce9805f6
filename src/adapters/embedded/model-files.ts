// Models as files in the data folder; `current` names the one in service.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../domain/input-error.ts';
import { type Model, parseModel, serializeModel } from '../../models/model.ts';

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.part`, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
}

/** Saves the model and puts it into service. */
export async function saveCurrentModel(dataDir: string, model: Model): Promise<void> {
  const folder = join(dataDir, 'models');
  await mkdir(folder, { recursive: true });
  await writeDurably(join(folder, `${model.info.version}.model`), serializeModel(model));
  await writeDurably(join(folder, 'current'), `${model.info.version}\n`);
}

/** The model in service; undefined before the first one. Throws InputError when its file is missing or damaged. */
export async function loadCurrentModel(dataDir: string): Promise<Model | undefined> {
  const folder = join(dataDir, 'models');
  const version = await readFile(join(folder, 'current'), 'utf8').catch(() => undefined);
  if (version === undefined) return undefined;
  const file = join(folder, `${version.trim()}.model`);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new InputError(
      `${file} is missing. Restore it, or delete ${join(folder, 'current')} to train a new model.`,
    );
  });
  return parseModel(text, file);
}
