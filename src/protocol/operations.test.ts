import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compile } from 'typebox/compile';
import { addAlertsToCase, getCase } from './cases.ts';
import { answersNothing, problemsOf } from './document.ts';
import { exampleOf } from './example.ts';
import { OPERATIONS } from './operations.ts';
import { getTransaction } from './transactions.ts';

/** A schema without TypeBox's own marks, as whoever reads the document has it. */
const plain = (schema: unknown): object => JSON.parse(JSON.stringify(schema));

test('every operation has a name and a place of its own', () => {
  const twice = (texts: readonly string[]): string[] => texts.filter((text, i) => texts.indexOf(text) < i);
  assert.deepEqual(twice(OPERATIONS.map(({ id }) => id)), []);
  assert.deepEqual(twice(OPERATIONS.map(({ method, path }) => `${method} ${path}`)), []);
});

test('the example of every answer and body is as its schema says', () => {
  const wrong = OPERATIONS.flatMap(({ id, body, answers }) =>
    [
      ...(body ? [body] : []),
      ...Object.entries(answers).flatMap(([status, schema]) =>
        answersNothing(Number(status)) ? [] : [schema],
      ),
    ].flatMap((schema) => {
      const example = exampleOf(plain(schema));
      const [first] = Compile(plain(schema)).Errors(example);
      return first ? [`${id}: ${first.instancePath} ${first.message}`] : [];
    }),
  );
  assert.deepEqual(wrong, []);
});

test('T5 T8 what takes a body or a text may refuse what it holds of a card', () => {
  const takes = [addAlertsToCase, getTransaction, getCase];
  assert.deepEqual(
    takes.map((operation) => problemsOf(operation).includes(422)),
    [true, true, false],
  );
});
