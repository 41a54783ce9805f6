// A model as a file of its own, as data folders keep them.
import { readFile } from 'node:fs/promises';
import { InputError } from '../../domain/input-error.ts';
import { fileText } from '../../domain/utf8.ts';
import { type Model, parseModel } from '../../models/model.ts';

/** Throws InputError when the file is missing, damaged, or of another catalogue. */
export async function loadModelFile(file: string): Promise<Model> {
  const bytes = await readFile(file).catch(() => {
    throw new InputError(`${file}: no such file. Models of a desk are in its data folder, under models/.`);
  });
  return parseModel(fileText(bytes, file), file);
}
