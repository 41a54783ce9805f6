import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InService } from '../engine/process-batch.ts';
import { cataloguesOf } from '../engine/stored-vectors.ts';
import { STANDARD } from '../features/standard.ts';
import { keepPast } from './past-at-hand.ts';

type Page = Parameters<typeof keepPast>[0]['office']['past']['page'];

/** A past of which every page is awaited until it is let go. */
function slowPast() {
  const held: (() => void)[] = [];
  const page: Page = async () => {
    await new Promise<void>((resolve) => held.push(resolve));
    return { rows: [], last: undefined };
  };
  const catalogues = cataloguesOf(() => [STANDARD]);
  const inService = () => ({ catalogue: STANDARD }) as InService;
  return { held, desk: { office: { past: { page } }, catalogues, inService } };
}

test('R7 whoever stops a trial ends their own: another one that reads the same past goes on', async () => {
  const { held, desk } = slowPast();
  const past = keepPast(desk, () => 0);
  const [first, second] = [new AbortController(), new AbortController()];
  const ended = assert.rejects(
    past.atHand(100, first.signal, () => undefined),
    /stopped/,
  );
  const going = past.atHand(100, second.signal, () => undefined);
  first.abort(new Error('stopped'));
  await ended;
  assert.equal(held.length, 1, 'it is read once');
  held[0]();
  assert.equal((await going).columns.rows, 0);
  past.close();
});

test('R7 a past that nobody waits for any more is not read on, and read anew for the next one', async () => {
  const { held, desk } = slowPast();
  const past = keepPast(desk, () => 0);
  const first = new AbortController();
  const ended = assert.rejects(
    past.atHand(100, first.signal, () => undefined),
    /stopped/,
  );
  first.abort(new Error('stopped'));
  await ended;
  const next = past.atHand(100, new AbortController().signal, () => undefined);
  assert.equal(held.length, 2);
  held[1]();
  await next;
  past.close();
});
