// The audit trail: who saw and changed what, newest first.
import { Button, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Answer } from '../../../src/client/api.ts';
import type { AuditLine } from '../../../src/protocol/audit.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { count, dateTime, utc } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';

const shownDetail = (detail: AuditLine['detail']): string =>
  detail === null
    ? ''
    : Object.entries(detail)
        .filter(([, value]) => value !== null && value !== '')
        .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' · ');

export function AuditTrail() {
  const { who = '', subject = '' } = useSearch({ from: '/settings' });
  const change = useChangeSearch<'/settings'>();
  const [lines, setLines] = useState<readonly AuditLine[]>([]);
  const [page, setPage] = useState<Answer<'listAuditLines'>>();
  const [problem, setProblem] = useState<string>();
  async function load(cursor: number | null): Promise<void> {
    const query = { ...(who && { who }), ...(subject && { subject }), ...(cursor !== null && { cursor }) };
    try {
      const next = await call('listAuditLines', { query });
      setLines((kept) => (cursor === null ? next.items : [...kept, ...next.items]));
      setPage(next);
      setProblem(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other filters ask again
  useEffect(() => {
    void load(null);
  }, [who, subject]);
  return (
    <Panel
      title="Audit trail"
      note={
        page && (
          <span title={page.head.hash === null ? NOT_SHOWN : `Head ${page.head.hash}`}>
            {count(page.head.seq)} lines, each chained to the one before · check: ./goshawk audit verify
          </span>
        )
      }
    >
      <div className="filters" style={{ marginBottom: 8 }}>
        {(
          [
            ['who', 'Who', who],
            ['subject', 'What, such as “alert 17”', subject],
          ] as const
        ).map(([name, label, value]) => (
          <TextInput
            key={name}
            size="xs"
            aria-label={label}
            placeholder={label}
            defaultValue={value}
            onKeyDown={(event) =>
              event.key === 'Enter' && change({ [name]: event.currentTarget.value.trim() || undefined })
            }
          />
        ))}
        <Button size="xs" variant="default" onClick={() => void load(null)}>
          Look again
        </Button>
      </div>
      <Problem text={problem} />
      {lines.length === 0 && !problem && (
        <Empty>No line fits. Whatever people see and change is told here.</Empty>
      )}
      {lines.length > 0 && <Lines lines={lines} />}
      {page?.nextCursor != null && (
        <Button size="xs" variant="default" mt={8} onClick={() => void load(page.nextCursor)}>
          Older
        </Button>
      )}
    </Panel>
  );
}

function Lines(props: { readonly lines: readonly AuditLine[] }) {
  return (
    <Scroll label="Audit trail">
      <table className="rows">
        <thead>
          <tr>
            <th className="right">Line</th>
            <th>Time</th>
            <th>Who</th>
            <th>Did</th>
            <th>To</th>
            <th>Details</th>
          </tr>
        </thead>
        <tbody>
          {props.lines.map((line) => (
            <tr key={line.seq} style={{ cursor: 'default' }}>
              <td className="right" title={line.hash ?? undefined}>
                {line.seq}
              </td>
              <td title={utc(line.at)}>{dateTime(line.at)}</td>
              <td>{line.who}</td>
              <td>{line.action}</td>
              <td>{line.subject}</td>
              <td className="muted" title={shownDetail(line.detail)}>
                {shownDetail(line.detail)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
