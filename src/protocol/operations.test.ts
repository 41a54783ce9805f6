import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { addAlertsToCase, getCase } from './cases.ts';
import { closed } from './closed-schema.ts';
import { answersNothing, openApiDocument, problemsOf, served } from './document.ts';
import { exampleOf } from './example.ts';
import { messageDocument } from './message-document.ts';
import { OPERATIONS } from './operations.ts';
import { Problem } from './problem.ts';
import { getTransaction } from './transactions.ts';

type Json = { readonly [key: string]: unknown };

/** As rooms are called (ARCHITECTURE.md). */
const CAPABILITIES = new Set([
  'decisions', 'transactions', 'events', 'labels', 'alerts', 'cases', 'rules', 'data', 'lists', 'models', 'links', 'people', 'sign-in', 'audit',
  'notifications', 'rates', 'settings', 'proposals', 'simulator', 'views', 'figures', 'pipeline', 'feed', 'file-imports',
]); // biome-ignore format: a list
const NAME = /^[a-z]+([A-Z][a-z]*)*$/;

/** What is wrong with a value as an example of a schema; undefined where nothing is. */
function wrongWith(schema: TSchema, value: unknown): string | undefined {
  const validator = Compile(closed(schema));
  const told: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  return validator.Check(told) ? undefined : JSON.stringify([...validator.Errors(told)][0]);
}

test('A19 operations are told apart by name and by place, and each belongs to a room', () => {
  const all = served(OPERATIONS);
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.equal(new Set(all.map(({ method, path }) => `${method} ${path}`)).size, all.length);
  for (const { id, capability, summary, permission } of OPERATIONS) {
    assert.match(id, NAME);
    assert.ok(CAPABILITIES.has(capability), `${id} belongs to ${capability}`);
    assert.ok(summary.length > 3 && permission.length > 0, id);
  }
});

test('A19 every operation says what it answers, with an example that its schema allows', () => {
  for (const one of OPERATIONS) {
    const answers = Object.entries(one.answers);
    assert.ok(answers.length > 0, `${one.id} answers nothing`);
    for (const [status, schema] of answers) {
      assert.ok(schema || answersNothing(Number(status)), `${one.id} ${status} has no schema`);
      if (schema && !answersNothing(Number(status)) && one.answerType === undefined)
        assert.equal(wrongWith(schema, exampleOf(schema)), undefined, `${one.id} ${status}`);
    }
    if (one.body) assert.equal(wrongWith(one.body, exampleOf(one.body)), undefined, `${one.id} body`);
    assert.ok(one.body === undefined || one.streamTypes === undefined, `${one.id} has two kinds of bodies`);
  }
});

test('A19 every operation has a problem whose example its schema allows', () => {
  const document = openApiDocument(OPERATIONS, '1') as {
    readonly paths: Readonly<
      Record<string, Readonly<Record<string, { readonly responses: Record<string, Json> }>>>
    >;
  };
  for (const one of served(OPERATIONS)) {
    const { responses } = document.paths[one.path.replaceAll(/:(\w+)/g, '{$1}')][one.method.toLowerCase()];
    const [first] = problemsOf(one);
    const content = responses[String(first)].content as Record<string, { readonly example: unknown }>;
    const { example } = content['application/problem+json'];
    assert.equal(wrongWith(one.problemBody ?? Problem, example), undefined, one.id);
  }
});

test('A19 references of the documents lead to components that are there', () => {
  for (const document of [openApiDocument(OPERATIONS, '1'), messageDocument('1')]) {
    const text = JSON.stringify(document);
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      let found: unknown = document;
      for (const name of pointer.split('/')) found = (found as Json | undefined)?.[name];
      assert.ok(found !== undefined, pointer);
    }
  }
});

test('T5 T8 what takes a body or a text may refuse what it holds of a card', () => {
  const takes = [addAlertsToCase, getTransaction, getCase];
  assert.deepEqual(
    takes.map((operation) => problemsOf(operation).includes(422)),
    [true, true, false],
  );
});
