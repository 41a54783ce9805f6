// Accounts linked by what they share, as a graph that grows by a click and stays bounded; a table says the same.
import { useEffect, useState } from 'react';
import type { Answer } from '../../../src/client/api.ts';
import type { AccountLink } from '../../../src/protocol/links.ts';
import { Chart } from '../kit/chart.tsx';
import { count } from '../kit/format.ts';
import { Empty, Scroll } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { KIND_WORDS, linksOption } from './links-look.ts';
import { accountOf, isFull, MAX_NODES, sharedThings } from './shared-things.ts';

export function LinkGraph(props: { readonly accountId: string }) {
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

  if (problem) return <Empty>{problem}</Empty>;
  if (answers.length === 0) return <Empty>Loading …</Empty>;
  if (shared.things.size === 0) return <Empty>The account shares nothing with another one.</Empty>;
  return (
    <>
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
        <LinkTable links={[...shared.things.values()]} />
      </details>
    </>
  );
}

function LinkTable(props: { readonly links: readonly AccountLink[] }) {
  return (
    <Scroll label="Links">
      <table className="rows">
        <thead>
          <tr>
            <th>Shared</th>
            <th className="right">Accounts</th>
            <th>Most suspicious</th>
          </tr>
        </thead>
        <tbody>
          {props.links.map((link) => (
            <tr key={`${link.kind} ${link.key}`} style={{ cursor: 'default' }}>
              <td>
                {KIND_WORDS[link.kind]} {link.name ?? link.key}
              </td>
              <td className="right">{count(link.total)}</td>
              <td>
                {link.accounts
                  .slice(0, 4)
                  .map((one) => `${one.accountId}${one.frauds > 0 ? ` ⚑${one.frauds}` : ''}`)
                  .join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
