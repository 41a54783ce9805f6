// A catalogue at work: the parts of its vector, one after another, for each record; then what is added to histories.
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue, CataloguePart } from './catalogue.ts';
import { createFeatureCosts, type FeatureCosts, TIMED_ONE_IN } from './feature-costs.ts';
import { ownKeyOf } from './feature-hash.ts';
import { emptyRecord, type FeatureRecord, fillFromEvent, fillRecord, seeFields } from './feature-record.ts';
import type { FeatureState } from './feature-state.ts';
import type { HistoryPart } from './history-part.ts';
import { changesHistories } from './labels.ts';
import type { OwnChange } from './own-changes.ts';
import type { RowFeature } from './row-features.ts';

export type Computation = Pick<
  Catalogue,
  'look' | 'keep' | 'observe' | 'applyLabel' | 'observeEvent' | 'own' | 'parts' | 'complete' | 'costs'
>;

const ACCOUNT = 'account';
const clear = (out: Float64Array): void => void out.fill(Number.NaN);

export function computation(
  parts: readonly HistoryPart[],
  rows: readonly RowFeature[],
  size: number,
  /** What becomes of `out` before anything is computed into it. */
  begin: (out: Float64Array) => void = clear,
): Computation {
  const record = emptyRecord();
  const keys = [...new Set(parts.map(({ entityKey }) => entityKey))];
  const payments = parts.filter(({ layout }) => layout.events === undefined);
  const keeping = payments.filter(({ keeps }) => keeps);
  const labelled = keeping.filter(({ layout }) => layout.frauds);
  const account = keeping.findIndex(({ layout }) => layout.id === ACCOUNT);
  let looked: Transaction | undefined;
  let costs: FeatureCosts | undefined;
  let looks = 0;

  const look: Catalogue['look'] = (state, transaction, out) => {
    looked = undefined;
    begin(out);
    fillRecord(record, transaction);
    record.values = out;
    if (costs !== undefined && ++looks % TIMED_ONE_IN === 0) {
      timedLook(parts, rows, { state, record, out }, costs);
      looked = transaction;
      return;
    }
    // Nothing is between what has to be waited for: memory gives it together.
    for (let i = 0; i < keys.length; i++) keys[i].load(record);
    for (let i = 0; i < parts.length; i++) parts[i].seek(state, record);
    for (let i = 0; i < parts.length; i++) parts[i].find();
    for (let i = 0; i < parts.length; i++) parts[i].look(record, out);
    for (let i = 0; i < rows.length; i++) out[rows[i].slot] = rows[i].of(record);
    looked = transaction;
  };
  const keep: Catalogue['keep'] = (state, transaction) => {
    if (looked !== transaction) throw new Error('only what was looked at last can be kept');
    looked = undefined;
    let inTime = true;
    for (let i = 0; i < keeping.length; i++) {
      const kept = keeping[i].keep(state, record);
      // Where accounts have no history it is all others that say it.
      if (account < 0 ? !kept : i === account && !kept) inTime = false;
    }
    return inTime;
  };
  return {
    look,
    keep,
    costs(elapsedMs) {
      costs ??= createFeatureCosts(size, elapsedMs);
      return costs;
    },
    observe(state, transaction, out) {
      look(state, transaction, out);
      return keep(state, transaction);
    },
    applyLabel(state, label, previous) {
      if (!changesHistories(label, previous)) return;
      looked = undefined;
      const time = Math.floor(label.occurredAtMs / 1000);
      // All are read before one is written: a label that one of them cannot take leaves no trace.
      for (const part of labelled) part.readForLabel(state, ownKeyOf(part.layout, label));
      for (const part of labelled) part.writeLabel(state, time, label.fraud);
    },
    ...observingEvents(parts, () => {
      looked = undefined;
    }),
    own: changesOfOwn(parts, () => {
      looked = undefined;
    }),
    parts: catalogueParts(parts, () => {
      looked = undefined;
    }),
    complete(transaction, out) {
      looked = undefined;
      fillRecord(record, transaction);
      record.values = out;
      for (const { slot, of } of rows) out[slot] = of(record);
    },
  };
}

/** What `look` does, with what each step takes. */
function timedLook(
  parts: readonly HistoryPart[],
  rows: readonly RowFeature[],
  { state, record, out }: { state: FeatureState; record: FeatureRecord; out: Float64Array },
  costs: FeatureCosts,
): void {
  costs.begin();
  for (const part of parts) part.timedLook(state, record, out, costs);
  for (const { slot, of } of rows) {
    out[slot] = of(record);
    costs.lap([slot]);
  }
  costs.end();
}

function observingEvents(
  parts: readonly HistoryPart[],
  begin: () => void,
): Pick<Computation, 'observeEvent'> {
  const looking = parts.filter(({ layout, keeps }) => keeps && layout.events !== undefined);
  if (looking.length === 0) return {};
  const record = emptyRecord();
  return {
    observeEvent(state, event) {
      begin();
      fillFromEvent(record, event);
      const asked = looking.filter(({ layout }) => layout.events?.includes(event.kind));
      for (const part of asked) part.prepareToKeep(state, record);
      for (const part of asked) part.keep(state, record);
    },
  };
}

/** Of histories that are not the program's: what is told to other copies of them. */
function changesOfOwn(parts: readonly HistoryPart[], begin: () => void): Catalogue['own'] {
  const own = parts.filter(({ layout, keeps }) => keeps && layout.program === undefined);
  const record = emptyRecord();
  return {
    ofTransaction(transaction) {
      if (own.length === 0) return NO_CHANGES;
      begin();
      fillRecord(record, transaction);
      return own.flatMap((part) => (part.layout.events ? [] : (part.changeOf(record) ?? [])));
    },
    ofEvent(event) {
      if (own.length === 0) return NO_CHANGES;
      begin();
      fillFromEvent(record, event);
      return own.flatMap((part) =>
        part.layout.events?.includes(event.kind) ? (part.changeOf(record) ?? []) : [],
      );
    },
    ofLabel(label) {
      return own.flatMap(({ layout }) => {
        const key = layout.frauds && !layout.events ? ownKeyOf(layout, label) : undefined;
        if (key === undefined) return [];
        const timeSeconds = Math.floor(label.occurredAtMs / 1000);
        const { id: store, shape } = layout;
        return [{ kind: 'label' as const, store, shape, key, timeSeconds, fraud: label.fraud }];
      });
    },
  };
}

const NO_CHANGES: readonly OwnChange[] = [];

/** The parts share one record: a transaction that several look at is read once. */
function catalogueParts(parts: readonly HistoryPart[], begin: () => void): CataloguePart[] {
  const keyed = emptyRecord();
  const record = emptyRecord();
  let seen: Transaction | undefined;
  return parts.map((part): CataloguePart => {
    const { layout, by } = part;
    const { events } = layout;
    const keeps = part.keeps && events === undefined;
    const isInbound = layout.id === 'counterparty' && by === 'accountId';
    return {
      id: by === undefined ? layout.id : isInbound ? 'inbound' : `${layout.id} by ${by}`,
      store: layout.id,
      keeps,
      ...(events && { events }),
      key(transaction) {
        seeFields(keyed, transaction);
        return part.key(keyed);
      },
      keyOfEvent(event) {
        if (!part.keeps || !events?.includes(event.kind)) return undefined;
        seeFields(keyed, event);
        return part.key(keyed);
      },
      keyOfLabel: (label) => (keeps && layout.frauds ? ownKeyOf(layout, label) : undefined),
      look(state, transaction, out) {
        begin();
        if (seen !== transaction) fillRecord(record, transaction);
        seen = transaction;
        part.seek(state, record);
        part.find();
        part.look(record, out);
      },
      lookAtEvent(state, event) {
        begin();
        seen = undefined;
        fillFromEvent(record, event);
        part.prepareToKeep(state, record);
      },
      keep(state) {
        part.keep(state, record);
      },
      label(state, key, timeSeconds, fraud) {
        begin();
        part.readForLabel(state, key);
        part.writeLabel(state, timeSeconds, fraud);
      },
    };
  });
}
