// The API's document as a desk gives it to machines, of which tests learn what there is to ask for.
import type { DeskProcess } from './desk-process.ts';
import type { Components, Schema } from './hostile.ts';

export type Parameter = {
  readonly in: 'path' | 'query';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
};
type Described = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};
type ApiDocument = {
  readonly components?: Components;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

export async function documentOf(desk: Pick<DeskProcess, 'url'>): Promise<ApiDocument> {
  const answer = await fetch(`${desk.url}/openapi.json`);
  return JSON.parse(await answer.text());
}
