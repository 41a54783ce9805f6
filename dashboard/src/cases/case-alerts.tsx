// The alerts of a case.
import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { count, hundredthsMoney, words } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';
import { Table } from '../kit/table.tsx';
import { call } from '../live/desk.ts';
import type { CaseWork } from './case-work.ts';

export function CaseAlerts(props: { readonly work: CaseWork }) {
  const { file, mayChange, run } = props.work;
  const { id } = file.case;
  const navigate = useNavigate();
  return (
    <Panel title="Alerts">
      <Table
        label="Alerts of the case"
        rows={file.alerts}
        rowKey={(alert) => alert.id}
        columns={[
          { cell: (alert) => alert.id },
          { cell: ({ accountId }) => accountId },
          { right: true, cell: ({ transactions }) => `${count(transactions)} flagged` },
          { right: true, cell: ({ amountMinor, currency }) => hundredthsMoney(amountMinor, currency) },
          { cell: ({ verdict, status }) => (verdict ? words(verdict) : status) },
          {
            right: true,
            cell: (alert) =>
              mayChange && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Take out alert ${alert.id}`}
                  onClick={() => run(call('takeAlertOutOfCase', { params: { id, alert: alert.id } }))}
                >
                  Take out
                </Button>
              ),
          },
        ]}
        onOpen={(alert) => void navigate({ to: '/alerts', search: { alert: alert.id } })}
        empty="None yet. Add them from the queue or from an alert’s page."
      />
    </Panel>
  );
}
