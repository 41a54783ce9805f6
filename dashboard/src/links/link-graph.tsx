// Accounts linked by what they share, as a graph that grows by a click and stays bounded; a table says the same.
import { useEffect, useState } from 'react';
import type { Answer } from '../../../src/client/api.ts';
import type { AccountLink } from '../../../src/protocol/links.ts';
import { Chart } from '../kit/chart.tsx';
import { count } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { call } from '../live/desk.ts';
import { KIND_WORDS, linksOption } from './links-look.ts';
import { accountOf, isFull, MAX_NODES, sharedThings } from './shared-things.ts';

/** A panel of its own; one line where the account shares nothing. */
export function LinkedAccounts(props: { readonly accountId: string }) {
  const { accountId: own } = props;
  const [answers, setAnswers] = useState<readonly Answer<'getAccountLinks'>[]>([]);
  const [problem, setProblem] = useState<string>();
  const [full, setFull] = useState(false);
  useEffect(() => {
    setAnswers([]);
    setFull(false);
    call('getAccountLinks', { params: { id: own } }).then(
      (answer) => setAnswers([answer]),
      (error: Error) => setProblem(error.message),
    );
  }, [own]);
  const shared = sharedThings(answers);

  function expand(node: string): void {
    const accountId = accountOf(node);
    if (accountId === undefined || answers.some((answer) => answer.accountId === accountId)) return;
    if (isFull(shared)) {
      setFull(true);
      return;
    }
    call('getAccountLinks', { params: { id: accountId } }).then(
      (answer) => setAnswers((kept) => [...kept, answer]),
      (error: Error) => setProblem(error.message),
    );
  }

  if (!problem && answers.length === 0) return null;
  if (!problem && shared.things.size === 0)
    return (
      <p className="muted folded">
        The account shares no device, address, payee or merchant of a flagged payment with another one.
      </p>
    );
  return (
    <Panel title="Linked accounts" note="by device, address, payee and merchant; click an account to go on">
      {problem && <Empty>{problem}</Empty>}
      <Chart
        label="Accounts linked by what they share"
        className="graph"
        option={(colors) => linksOption(shared, own, colors)}
        onPick={expand}
      />
      {full && (
        <p className="muted">
          The graph shows {MAX_NODES} things at most. Open an account of its own to go on.
        </p>
      )}
      <details>
        <summary>The same as a table</summary>
        <Table
          label="Links"
          rows={[...shared.things.values()]}
          rowKey={({ kind, key }) => `${kind} ${key}`}
          columns={COLUMNS}
        />
      </details>
    </Panel>
  );
}

const COLUMNS: readonly Column<AccountLink>[] = [
  {
    title: 'Shared',
    cell: ({ kind, name, key }) => `${KIND_WORDS[kind]} ${name ?? key}`,
    sortBy: ({ kind, name, key }) => `${KIND_WORDS[kind]} ${name ?? key}`,
  },
  { title: 'Accounts', right: true, cell: ({ total }) => count(total), sortBy: ({ total }) => total },
  {
    title: 'Most suspicious',
    cell: ({ accounts }) =>
      accounts
        .slice(0, 4)
        .map((one) => `${one.accountId}${one.frauds > 0 ? ` ⚑${one.frauds}` : ''}`)
        .join(', '),
  },
];
