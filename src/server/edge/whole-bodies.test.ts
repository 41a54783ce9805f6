import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { answerError } from './error-answers.ts';
import { takeBodiesWhole } from './whole-bodies.ts';

test('T9 a body that is a text is UTF-8, or refused with its place; one of bytes comes as it is', async () => {
  const app = Fastify();
  app.setErrorHandler(answerError);
  for (const as of ['string', 'buffer'] as const) {
    app.register(async (scope) => {
      takeBodiesWhole(scope, as, 100);
      scope.post(`/${as}`, async ({ body }) =>
        typeof body === 'string' ? { text: body } : { bytes: (body as Buffer).toString('latin1') },
      );
    });
  }
  const post = async (url: string, payload: Buffer) => {
    const answer = await app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'text/csv' },
    });
    return { status: answer.statusCode, ...answer.json() };
  };
  const latin1 = Buffer.from('uid,name\n1,Müller', 'latin1');
  const refused = await post('/string', latin1);
  assert.equal(refused.status, 400);
  assert.equal(
    refused.detail,
    'The body is not UTF-8: byte 0xFC at line 2, column 4 (offset 12). Send or save it as UTF-8.',
  );
  assert.deepEqual(await post('/string', Buffer.from('\ufeffuid,name')), { status: 200, text: 'uid,name' });
  assert.deepEqual(await post('/buffer', latin1), { status: 200, bytes: 'uid,name\n1,Müller' });
  assert.equal((await post('/string', Buffer.alloc(101))).status, 413);
  await app.close();
});
