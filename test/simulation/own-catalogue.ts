// A catalogue of own aggregates in a simulated stream: what is in the book of it, and what its histories must be in the end.
import assert from 'node:assert/strict';
import type { Label } from '../../src/domain/label.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { Decided } from '../../src/engine/process-batch.ts';
import { vectorCodec } from '../../src/engine/vector-codec.ts';
import type { Catalogue } from '../../src/features/catalogue.ts';
import { storesOf } from '../../src/features/catalogue-outline.ts';
import { checkedCatalogue } from '../../src/features/checked-catalogue.ts';
import { compileFilling } from '../../src/features/compile-filling.ts';
import { createEntityTable } from '../../src/features/entity-table.ts';
import { ENTITY_KINDS, type FeatureState } from '../../src/features/feature-state.ts';
import { STANDARD } from '../../src/features/standard.ts';
import { NO_BASE } from '../../src/ports/stream/history.ts';
import type { StateStore } from '../../src/ports/stream/state-store.ts';
import type { ComingCatalogue } from '../../src/stream/fill-shared.ts';
import { createSharedHistories } from '../../src/stream/shared-histories.ts';
import { ownStoresOf } from '../../src/stream/telling.ts';

const aggregate = { kind: 'aggregate', description: 'Of the shop', entity: 'shop', window: '30d' } as const;
const NAMES = ['shop_payments', 'shop_sum', 'shop_frauds', 'shop_accounts'] as const;
/** A history that belongs to the partition of the account. */
const PAID = 'account_paid';
const checked = checkedCatalogue({
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: { entities: [{ name: 'shop', description: 'Where it was paid', key: ['merchant.id'] }] },
  features: [
    { ...aggregate, name: NAMES[0], measure: 'count' },
    { ...aggregate, name: NAMES[1], measure: 'sum', of: 'amount' },
    { ...aggregate, name: NAMES[2], measure: 'fraud_count' },
    { ...aggregate, name: NAMES[3], measure: 'distinct', of: 'accountId' },
    { ...aggregate, entity: 'account', name: PAID, measure: 'count' },
  ],
});
assert.ok(checked.ok);
const { catalogue, document } = checked;

/** The same with what `counting` does of events: the histories of accounts are alike under both. */
export const ownCatalogue = (counting: Catalogue): Catalogue => ({
  ...catalogue,
  ...(counting.observeEvent && { observeEvent: counting.observeEvent }),
});

/** The catalogue before had the features of the program. */
const hadBefore = (name: string): boolean => STANDARD.place(name) !== undefined;

export const COMING: ComingCatalogue = {
  version: 1,
  catalogue,
  filling: compileFilling(document, catalogue, { stores: new Set(ENTITY_KINDS), has: hadBefore }),
};

/** The same once its histories are there: only values for the past are missing. */
export const UNFINISHED: ComingCatalogue = {
  ...COMING,
  filling: compileFilling(document, catalogue, { stores: storesOf(catalogue), has: hadBefore }),
};

/** What own features say of each shop some time later, by its id. */
export function ownValues(state: FeatureState, afterMs: number): string {
  const out = new Float64Array(catalogue.size);
  return [0, 1, 2]
    .map((shop) => {
      const probe: Transaction = {
        id: 'probe',
        accountId: 'nobody',
        occurredAtMs: afterMs + 3_600_000,
        amountMinor: 1,
        currency: 'EUR',
        type: 'purchase',
        merchant: { id: `m${shop}` },
      };
      catalogue.look(state, probe, out);
      return `m${shop}: ${NAMES.map((name) => out[catalogue.place(name) ?? -1]).join(' ')}`;
    })
    .join('; ');
}

/** The same of what came in, each once. */
export function expectedOwnValues(
  transactions: readonly Transaction[],
  labels: readonly Label[],
  afterMs: number,
): string {
  const state = catalogue.createState();
  const out = new Float64Array(catalogue.size);
  for (const transaction of transactions) catalogue.observe(state, transaction, out);
  for (const label of labels) catalogue.applyLabel(state, label, undefined);
  return ownValues(state, afterMs);
}

/** The same of what a worker would begin with. */
export async function keptOwnValues(store: StateStore, partitions: number, afterMs: number): Promise<string> {
  const copy = createSharedHistories(store, NO_BASE, partitions, ownStoresOf(catalogue));
  await copy.catchUp();
  return ownValues({ ...copy.tablesFor(), account: createEntityTable() }, afterMs);
}

/** Decisions of this catalogue that do not know how often their account paid until then, by the order of its partition. */
export function miscounted(
  decided: readonly Decided[],
  isExempt: (item: Decided) => boolean,
): readonly string[] {
  const paid = new Map<string, number>();
  const codec = vectorCodec(catalogue.size);
  const wrong: string[] = [];
  for (const item of [...decided].sort((a, b) => a.offset - b.offset)) {
    const { transaction, decision, vector } = item;
    const count = (paid.get(transaction.accountId) ?? 0) + 1;
    paid.set(transaction.accountId, count);
    if (decision.catalogueHash !== catalogue.hash || isExempt(item)) continue;
    const found = codec.decode(vector)[catalogue.place(PAID) ?? -1];
    if (found !== count) wrong.push(`${transaction.id} says ${found}, not ${count}`);
  }
  return wrong;
}
