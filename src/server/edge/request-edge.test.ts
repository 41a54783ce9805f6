import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Fastify from 'fastify';
import { Type } from 'typebox';
import {
  addTextFormats,
  Identifier,
  Int32,
  Line,
  Prose,
  SafeInteger,
  Secret,
  Time,
} from '../../protocol/fields.ts';
import { answerError } from './error-answers.ts';
import { guardRequests, unbounded } from './request-edge.ts';

const app = Fastify({
  ajv: {
    customOptions: { removeAdditional: false, coerceTypes: false, verbose: true },
    onCreate: addTextFormats,
  },
});
app.setErrorHandler(answerError);
guardRequests(app);
const strict = { additionalProperties: false } as const;
app.post(
  '/v1/things/:id',
  {
    schema: {
      params: Type.Object({ id: SafeInteger({ minimum: 1 }) }),
      querystring: Type.Object(
        {
          limit: Type.Optional(Int32()),
          share: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
          all: Type.Optional(Type.Boolean()),
          name: Type.Optional(Identifier(20)),
        },
        strict,
      ),
      body: Type.Object(
        {
          key: Type.Optional(Identifier(20)),
          title: Type.Optional(Line(20)),
          note: Type.Optional(Prose(20)),
          password: Type.Optional(Secret(20)),
          at: Type.Optional(Time()),
          count: Type.Optional(Int32()),
          flag: Type.Optional(Type.Boolean()),
          kind: Type.Optional(Type.String({ enum: ['a', 'b'] })),
        },
        strict,
      ),
    },
  },
  async (request) => ({ query: request.query, params: request.params, body: request.body }),
);
app.get('/v1/fails/:code', { schema: { params: Type.Object({ code: Identifier(10) }) } }, async (request) => {
  throw Object.assign(new Error('duplicate key value, secret detail'), request.params as object);
});
after(() => app.close());

type Answer = {
  status: number;
  body: Record<string, unknown>;
  type: string;
  headers: Record<string, unknown>;
};
async function post(
  body: string | Buffer,
  path = '/v1/things/1',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await app.inject({
    method: 'POST',
    url: path,
    payload: body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return {
    status: answer.statusCode,
    body: answer.json(),
    type: String(answer.headers['content-type']),
    headers: answer.headers,
  };
}
async function refused(status: number, said: RegExp, ...what: Parameters<typeof post>): Promise<void> {
  const answer = await post(...what);
  assert.equal(answer.status, status, JSON.stringify(answer.body).slice(0, 300));
  assert.match(String(answer.body.detail), said);
  assert.match(answer.type, /^application\/problem\+json/);
}

test('A8 nothing of a body is made to fit', async () => {
  for (const [body, said] of [
    ['{"title":false}', /^body\/title must be string\.$/],
    ['{"title":5}', /must be string/],
    ['{"flag":null}', /^body\/flag must be boolean\.$/],
    ['{"flag":"true"}', /must be boolean/],
    ['{"flag":0}', /must be boolean/],
    ['{"count":"1"}', /must be integer/],
    ['{"count":null}', /must be integer/],
    ['{"count":[1]}', /must be integer/],
    ['{"kind":"c"}', /must be one of a, b/],
    ['{"other":1}', /must not have a field "other"/],
    ['[]', /must be object/],
    ['null', /must be object/],
  ] as const) {
    await refused(400, said, body);
  }
  assert.deepEqual((await post('{"title":"x","count":2147483647,"flag":false}')).body.body, {
    title: 'x',
    count: 2_147_483_647,
    flag: false,
  });
});

test('A8 texts are valid text of their kind, numbers are what their columns hold', async () => {
  for (const [body, said] of [
    [
      '{"title":"a\\u0000b"}',
      /^body\/title must not contain control characters \(U\+0000 at character 2\)\.$/,
    ],
    ['{"title":"\\ud800"}', /^body\/title is not valid Unicode text/],
    ['{"key":"\\ufeffretry-1"}', /^body\/key must not contain invisible characters \(U\+FEFF/],
    ['{"key":"a\\u202eb"}', /invisible characters/],
    ['{"note":"\\u0007"}', /control characters/],
    ['{"password":"\\udfff"}', /valid text/],
    ['{"title":""}', /fewer than 1 characters/],
    ['{"title":"   "}', /must not be blank/],
    [`{"note":"${'x'.repeat(100_000)}"}`, /more than 20 characters/],
    ['{"at":"yesterday"}', /must be a time like/],
    ['{"count":2147483648}', /must be <= 2147483647/],
    ['{"count":-1}', /must be >= 0/],
    ['{"count":1e400}', /must be/],
    ['{"count":1.5}', /must be integer/],
  ] as const) {
    await refused(400, said, body);
  }
  assert.equal(
    (await post('{"note":"","title":"Łódź 👩‍👩‍👧","at":"2026-11-23T15:00:00+01:00"}')).status,
    200,
  );
});

test('A8 query strings and paths are read strictly', async () => {
  const read = await post('{}', '/v1/things/9007199254740991?limit=5&share=0.5&all=true&name=a%2Fb');
  assert.deepEqual(read.body.query, { limit: 5, share: 0.5, all: true, name: 'a/b' });
  assert.deepEqual(read.body.params, { id: 9_007_199_254_740_991 });
  for (const path of [
    '/v1/things/9223372036854775808',
    '/v1/things/1e400',
    '/v1/things/0',
    '/v1/things/x',
    '/v1/things/%00',
    '/v1/things/1?limit=1e400',
    '/v1/things/1?limit=2147483648',
    '/v1/things/1?limit=',
    '/v1/things/1?limit=0x10',
    '/v1/things/1?limit=1&limit=2',
    '/v1/things/1?share=Infinity',
    '/v1/things/1?share=NaN',
    '/v1/things/1?all=yes',
    '/v1/things/1?name=%00',
    '/v1/things/1?name=a%ED%A0%80',
    '/v1/things/1?name=%EF%BB%BFa',
    '/v1/things/1?name=M%FCller',
    '/v1/things/1?name=50%',
    '/v1/things/1?__proto__=1',
  ]) {
    const answer = await post('{}', path);
    assert.equal(answer.status, 400, path);
  }
});

test('A8 bodies are JSON in UTF-8, of bounded depth; what cannot be read is said so', async () => {
  await refused(
    400,
    /not UTF-8: byte 0xFC at line 1, column 12/,
    Buffer.from('{"title":"M\xfcller"}', 'latin1'),
  );
  await refused(400, /not UTF-8: byte 0xED/, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]));
  await refused(400, /deeper than 32 levels/, '['.repeat(10_000) + ']'.repeat(10_000));
  await refused(400, /Not valid JSON: it ends too early/, '['.repeat(10_000));
  await refused(400, /"__proto__"/, '{"__proto__":{"flag":true}}');
  await refused(400, /"constructor"/, '{"constructor":{"prototype":{"flag":true}}}');
  await refused(400, /is empty/, '');
  await refused(
    415,
    /Content-Encoding compress is not read here; gzip, deflate, br, zstd are/,
    '{}',
    undefined,
    {
      'content-encoding': 'compress',
    },
  );
  await refused(400, /not what its Content-Encoding says/, '{}', undefined, { 'content-encoding': 'gzip' });
  await refused(415, /charset iso-8859-1/, '{}', undefined, {
    'content-type': 'application/json; charset=iso-8859-1',
  });
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense']) {
    await refused(415, /JSON is application\/json/, '{}', undefined, { 'content-type': type });
  }
  await refused(415, /Send the file itself/, '{}', undefined, {
    'content-type': 'multipart/form-data; boundary=x',
  });
  await refused(400, /"title" stands twice/, '{"title":"a","title":"b"}');
  assert.deepEqual((await post('\ufeff{"title":"b"}')).body.body, { title: 'b' });
  assert.equal(
    (await post('{}', undefined, { 'content-type': 'application/json; charset="UTF-8"' })).status,
    200,
  );
});

test('A9 what the database refuses because of the request is told the caller, without its words', async () => {
  for (const [code, status] of [
    ['22003', 400],
    ['22021', 400],
    ['22P05', 400],
    ['23502', 400],
    ['23503', 409],
    ['23505', 409],
    ['21000', 400],
    ['54000', 413],
    ['53200', 500],
    ['57014', 500],
    ['XX000', 500],
    ['EPIPE', 500],
  ] as const) {
    const answer = await app.inject(`/v1/fails/${code}`);
    assert.equal(answer.statusCode, status, code);
    assert.doesNotMatch(answer.body, /secret/);
  }
});

test('A8 a route whose fields are not bounded keeps the desk from starting', () => {
  const object = (fields: Record<string, object>, more: { additionalProperties?: boolean } = strict) =>
    Type.Object(fields as never, more);
  for (const [schema, said] of [
    [object({ name: Type.String() }), 'body.name is a text of no kind'],
    [object({ name: Type.String({ maxLength: 5 }) }), 'body.name is a text of no kind'],
    [object({ name: Type.String({ format: 'identifier' }) }), 'body.name is a text of no kind'],
    [object({ n: Type.Integer({ minimum: 0 }) }), 'body.n is a number without bounds'],
    [object({ n: Type.Number() }), 'body.n is a number without bounds'],
    [object({ list: Type.Array(Line(5)) }), 'body.list is a list of any length'],
    [object({ list: Type.Array(Type.String(), { maxItems: 3 }) }), 'body.list[] is a text of no kind'],
    [object({ any: Type.Unknown() }), 'body.any may be anything'],
    [object({}, {}), 'body may have any other fields'],
    [Type.Record(Type.String(), Line(5), strict), 'body may have any number of fields'],
  ] as const) {
    const found = unbounded(schema as never, 'body');
    assert.ok(
      found.some((line) => line.startsWith(said)),
      `${said}: ${found.join('; ')}`,
    );
    assert.throws(() => {
      const other = Fastify();
      guardRequests(other);
      other.post('/v1/open', { schema: { body: schema } }, async () => ({}));
    }, /POST \/v1\/open: body/);
  }
  assert.throws(() => {
    const other = Fastify();
    guardRequests(other);
    other.get('/v1/open/:id', async () => ({}));
  }, /path\.id may be anything/);
});
