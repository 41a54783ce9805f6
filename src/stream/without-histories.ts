// Decisions while the state store is away, where that is configured: model and rules on what the transaction itself
// says, as if nobody in it had been seen before. Every such decision carries a rule hit that says so.
import type { RuleHit } from '../domain/decision.ts';
import { createEngine, type Engine, type InService } from '../engine/process-batch.ts';
import { createEntityTable, type EntityTable } from '../features/entity-table.ts';

export const WITHOUT_HISTORIES: RuleHit = {
  id: 'without-histories',
  version: 1,
  action: 'tag',
  priority: 1,
  text: 'Decided without histories: the state store did not answer',
};

const ENTRIES_HELD = 1000;

/** A table that never knows anybody, not even from the record before: the order of records must not matter. */
function forgetfulTable(): EntityTable {
  const table = createEntityTable({ notesChanges: false });
  const { findOrAdd } = table;
  let added = 0;
  return Object.assign(table, {
    find: () => -1,
    findOrAdd() {
      if (++added > ENTRIES_HELD) {
        table.clear();
        added = 1;
      }
      return findOrAdd(String(added));
    },
  });
}

/** An engine that decides each transaction by itself and remembers nothing. */
export function engineWithoutHistories(inService: InService): Engine {
  const { ruleset } = inService;
  const state = {
    account: forgetfulTable(),
    merchant: forgetfulTable(),
    device: forgetfulTable(),
    ip: forgetfulTable(),
    counterparty: forgetfulTable(),
  };
  return createEngine(state, {
    ...inService,
    ruleset: {
      ...ruleset,
      evaluate: (transaction, vector, score, nowMs) => [
        ...ruleset.evaluate(transaction, vector, score, nowMs),
        WITHOUT_HISTORIES,
      ],
    },
  });
}
