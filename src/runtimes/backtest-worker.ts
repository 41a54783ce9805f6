// A thread that tries a draft on its share of the past: blocks of rows in, counts out.

import type { ListKind } from '../domain/list.ts';
import { vectorCodec } from '../engine/vector-codec.ts';
import { createListSet } from '../lists/list-set.ts';
import { createNameIndex, type ListedName } from '../lists/name-index.ts';
import { type BacktestCounts, countRow, emptyCounts } from '../rules/backtest.ts';
import { createRowReader, type PastColumns } from '../rules/past-columns.ts';
import { compileRuleset } from '../rules/ruleset.ts';
import type { Vocabulary } from '../rules/vocabulary.ts';
import { serveTasks } from '../training/serve-tasks.ts';

export type BacktestWork = {
  readonly vocabulary: Vocabulary;
  readonly expression: string;
  readonly columns: PastColumns;
  readonly lists: readonly {
    readonly name: string;
    readonly kind: ListKind;
    readonly entries: readonly { readonly value: string; readonly expiresAtMs: number | undefined }[];
  }[];
  readonly names: readonly ListedName[];
  readonly matureUntilMs: number;
};
/** Rows [from, until). */
export type BacktestTask = { readonly from: number; readonly until: number };
/** The sample names rows by number; `problem` says why the draft would be left out. */
export type BacktestMessage = { readonly counts: BacktestCounts; readonly problem: string | undefined };

serveTasks<BacktestWork, BacktestTask, BacktestMessage>((work, tell) => {
  const { expression, columns, lists, names, matureUntilMs } = work;
  const { vocabulary } = work;
  const codec = vectorCodec(vocabulary.features.length);
  const sets = new Map(
    lists.map(({ name, kind, entries }) => {
      const set = createListSet(kind);
      for (const { value, expiresAtMs } of entries) set.add(value, expiresAtMs);
      return [name, set];
    }),
  );
  const index = names.length > 0 ? createNameIndex(names) : undefined;
  const lookups = {
    list: (name: string) => sets.get(name),
    sanctionMatch: (name: string) => index?.best(name)?.score ?? 0,
  };
  const draft = {
    id: 'draft',
    version: 1,
    action: 'tag',
    priority: 1,
    text: '',
    mode: 'live',
    expression,
  } as const;
  let problem: string | undefined;
  const ruleset = compileRuleset([draft], vocabulary, {
    lookups,
    elapsedMs: () => performance.now(),
    onSuspended: (_, why) => {
      problem = why;
    },
  });
  const reader = createRowReader(columns);

  return ({ from, until }) => {
    const counts = emptyCounts();
    let thrown = ruleset.errors.get('draft 1') ?? 0;
    for (let i = from; i < until && problem === undefined; i++) {
      const row = reader.row(i);
      const holds =
        ruleset.evaluate(
          reader.transaction(i),
          codec.decode(reader.vector(i)),
          columns.numbers.score[i],
          row.decidedAtMs,
        ).length > 0;
      countRow(counts, { ...row, id: String(i) }, holds, matureUntilMs);
    }
    const now = ruleset.errors.get('draft 1') ?? 0;
    counts.errors = now - thrown;
    counts.firstError = counts.errors > 0 ? ruleset.costs().get('draft 1')?.lastError : undefined;
    thrown = now;
    tell({ counts, problem });
  };
});
