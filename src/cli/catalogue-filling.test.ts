import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../client/client.ts';
import { endFilling, untilFilled } from './catalogue-filling.ts';

const UNDER_WAY = {
  version: 7,
  step: 'replaying',
  records: 100,
  of: 400,
  perSecond: 50,
  remainingSeconds: 6,
  startedAt: '2026-11-28T05:00:00.000Z',
};

/** A desk that says this, one after another, of how far it is; and at last of its versions. */
function deskSaying(fillings: readonly unknown[], versions: unknown = []) {
  const asked: string[] = [];
  const rest = [...fillings];
  const call = async (id: string): Promise<unknown> => {
    asked.push(id);
    if (id === 'getCatalogueFilling') return rest.shift();
    return id === 'cancelCatalogueFilling' ? { version: 7 } : { versions, draft: null };
  };
  return { desk: { call } as unknown as Pick<Client, 'call'>, asked };
}

test('Y43: whoever applies a file waits until its version serves, or hears why it does not', async () => {
  const live = deskSaying([
    { filling: UNDER_WAY, live: 6 },
    { filling: null, live: 7 },
  ]);
  await untilFilled(live.desk, 7);
  assert.deepEqual(live.asked, ['getCatalogueFilling', 'getCatalogueFilling']);
  const elsewhere = deskSaying(
    [
      { filling: null, live: 6 },
      { filling: null, live: 7 },
    ],
    [{ version: 7, state: 'live', problem: null }],
  );
  await untilFilled(elsewhere.desk, 7);
  assert.equal(elsewhere.asked.length, 3, 'the server that was asked had not taken it yet');
  const why = [{ version: 7, problem: 'It was not filled: there is too little memory for its histories' }];
  const failed = deskSaying([{ filling: null, live: 6 }], why);
  await assert.rejects(untilFilled(failed.desk, 7), /Version 7 was not put into service.*too little memory/);
  const ended = deskSaying([{ filling: null, live: 6 }], [{ version: 7, problem: null }]);
  await assert.rejects(untilFilled(ended.desk, 7), /Somebody ended its filling/);
});

test('Y43: the filling that is under way is ended; where none is, that is said', async () => {
  assert.equal(await endFilling(deskSaying([{ filling: UNDER_WAY, live: 6 }]).desk), 7);
  await assert.rejects(
    endFilling(deskSaying([{ filling: null, live: 6 }]).desk),
    /No version is being filled/,
  );
});
