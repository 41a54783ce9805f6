// Entries of a list, in order.
import { Button } from '@mantine/core';
import type { ListEntry } from '../../../src/protocol/lists.ts';
import { dateTime } from '../kit/format.ts';
import { Scroll } from '../kit/parts.tsx';

const untilText = (expiresAt: string | null): string =>
  expiresAt === null
    ? 'for good'
    : `${Date.parse(expiresAt) < Date.now() ? 'ended ' : ''}${dateTime(expiresAt)}`;

export function EntryTable(props: {
  readonly entries: readonly ListEntry[];
  readonly mayTake: boolean;
  readonly onTake: (value: string) => void;
}) {
  return (
    <Scroll label="Entries">
      <table className="rows">
        <thead>
          <tr>
            <th>Entry</th>
            <th>Until</th>
            <th className="hide-small">Why</th>
            <th className="hide-small">By</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.entries.map(({ value, expiresAt, note, who, at }) => (
            <tr key={value} style={{ cursor: 'default' }}>
              <td>{value}</td>
              <td>{untilText(expiresAt)}</td>
              <td className="hide-small">{note}</td>
              <td className="muted hide-small">
                {who}, {dateTime(at)}
              </td>
              <td className="right">
                {props.mayTake && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Take out ${value}`}
                    onClick={() => props.onTake(value)}
                  >
                    Take out
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
