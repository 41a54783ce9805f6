// Changes that wait for a second person: whoever proposed one may take it back, somebody else approves or refuses it.
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { dateTime } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';

const LOOK_MS = 15_000;
const OPERATIONS = {
  settings: {
    list: 'listSettingsProposals',
    approve: 'approveSettingsProposal',
    withdraw: 'withdrawSettingsProposal',
  },
  lists: {
    list: 'listListProposals',
    approve: 'approveListProposal',
    withdraw: 'withdrawListProposal',
  },
  models: {
    list: 'listModelProposals',
    approve: 'approveModelProposal',
    withdraw: 'withdrawModelProposal',
  },
} as const;

/** What an answer says where a change waits; undefined where it took effect. */
export function waitsForSecond(answer: unknown): string | undefined {
  return typeof answer === 'object' && answer !== null && 'proposal' in answer
    ? 'It waits for a second person: somebody else has to approve it.'
    : undefined;
}

export function Proposals(props: {
  readonly of: keyof typeof OPERATIONS;
  /** Looks again when this changes. */
  readonly stamp: number;
  readonly onDecided: () => void;
}) {
  const { list, approve, withdraw } = OPERATIONS[props.of];
  const { data, problem, again } = useAnswer(list, {}, LOOK_MS);
  const [refused, setRefused] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new stamp asks anew
  useEffect(again, [props.stamp]);
  const proposals = data?.proposals ?? [];
  if (proposals.length === 0 && !problem) return null;
  function run(work: Promise<unknown>): void {
    work
      .then(
        () => setRefused(undefined),
        (error: Error) => setRefused(error.message),
      )
      .finally(() => {
        again();
        props.onDecided();
      });
  }
  return (
    <Panel title="Waits for a second person">
      <Problem text={problem ?? refused} />
      <table className="rows" aria-label="Changes that wait for a second person">
        <tbody>
          {proposals.map((one) => (
            <tr key={one.id} style={{ cursor: 'default' }}>
              <td>{one.subject}</td>
              <td style={{ whiteSpace: 'normal' }}>
                {one.details.map((line) => (
                  <div key={line}>{line}</div>
                ))}
              </td>
              <td className="muted hide-small">
                {one.proposedBy}, {dateTime(one.proposedAt)}
              </td>
              <td className="right">
                {!one.own && (
                  <Button
                    size="compact-xs"
                    mr={6}
                    aria-label={`Approve the change of ${one.subject}`}
                    onClick={() => run(call(approve, { params: { id: one.id } }))}
                  >
                    Approve
                  </Button>
                )}
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`${one.own ? 'Withdraw' : 'Refuse'} the change of ${one.subject}`}
                  onClick={() => run(call(withdraw, { params: { id: one.id } }))}
                >
                  {one.own ? 'Withdraw' : 'Refuse'}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
