// Schemathesis reads the desk's own description of its API and sends what that allows and what it does not
// (https://schemathesis.readthedocs.io). test/walker.desk.test.ts asks for what is hostile; here a stranger's program decides what to ask.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { makeFolder, smallest, startDesk } from './desk-process.ts';
import { caller, cookieOf, firstLink, PASSWORD } from './people.ts';

const PROGRAM = resolve(import.meta.dirname, '../scripts/schemathesis.sh');
const EXAMPLES_OF_EACH = 20;
/** Some 80 s on two cores that nobody else uses. */
const LONGEST_MS = 600_000;
/**
 * What is unknown is 404 whatever its method, and some rules cannot be said in a schema (that a rule of CEL compiles). It replaces one
 * proof by a wrong one and sends the other along: an Authorization of a scheme that is not the desk's is a proxy's, and the session
 * beside it counts (test/access.desk.test.ts asks without either). All other checks hold: statuses and types of answers as well.
 */
const NOT_HELD = [
  'unsupported_method', 'positive_data_acceptance',
  'ignored_auth',
]; // biome-ignore format: a list
/** They end the session that all else is asked with, or lock its owner out. */
const LEFT_OUT = ['/v1/sign-out', '/v1/password'];

/** What is asked whether a document is one tells of one that is none with 200: all that is wrong with it is the answer. */
const SETTINGS = `
${NOT_HELD.map((check) => `checks.${check}.enabled = false`).join('\n')}

[[operations]]
include-name = "POST /v1/catalogue/check"
checks.negative_data_rejection.enabled = false
`;

/** What is read of its report. */
type Report = {
  readonly complete: boolean;
  readonly operations: { readonly selected: number; readonly tested: number; readonly errored: number };
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly unknown[];
  readonly errors: readonly unknown[];
};

const folder = makeFolder();
after(() => folder.remove());

test('A1 whatever a stranger’s program makes of the description of the API, the desk answers, and never with an error of its own', async (t) => {
  const program = execFileSync(PROGRAM, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const desk = await startDesk(folder.path, ['--no-simulator']);
  try {
    const token = new URL(firstLink(desk), desk.url).searchParams.get('token');
    const welcome = await caller(desk)('POST', '/v1/welcome', {
      token, password: PASSWORD, id: 'ada@bank.example', name: 'Ada',
    }); // biome-ignore format: short
    const cookie = cookieOf(welcome.headers);
    const ada = caller(desk, { cookie });
    // An alert, and a transaction to look at.
    await ada('POST', '/v1/lists/blocked-accounts/entries', { entries: [{ value: 'asked' }] });
    await ada('POST', '/v1/decisions', smallest('asked-1', 'asked'));
    assert.equal((await ada('GET', '/v1/queue')).status, 200);
    writeFileSync(join(folder.path, 'schemathesis.toml'), SETTINGS);
    const reportFile = join(folder.path, 'report.json');
    const child = spawn(
      program,
      [
        'run', `${desk.url}/openapi.json`, '--header', `Cookie: ${cookie}`, '--header', `Origin: ${desk.url}`,
        ...LEFT_OUT.flatMap((path) => ['--exclude-path', path]),
        '--max-examples', String(EXAMPLES_OF_EACH), '--seed', '1',
        '--continue-on-failure', '--no-shrink', '--generation-database', 'none', '--no-color', '--warnings', 'off',
        '--report', 'json', '--report-json-path', reportFile,
      ], // biome-ignore format: option and value
      { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST_MS },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
      });
    }
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0, said.slice(-20_000));
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
    const { operations, test_cases: cases } = report;
    t.diagnostic(`${cases.generated} requests to ${operations.tested} operations`);
    assert.deepEqual(
      [report.complete, report.failures, report.errors, operations.errored],
      [true, [], [], 0],
    );
    assert.equal(operations.tested, operations.selected);
    assert.ok(operations.tested > 80 && cases.generated > 2000, 'the whole API was asked');
    // And the desk goes on as before.
    const answer = await ada('POST', '/v1/decisions', smallest('asked-2', 'asked'));
    assert.equal(answer.status, 200);
  } finally {
    await desk.stop();
  }
});
