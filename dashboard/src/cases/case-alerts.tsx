// The alerts of a case.
import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { count, hundredthsMoney, words } from '../kit/format.ts';
import { Empty, Panel, Scroll } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import type { CaseWork } from './case-work.ts';

export function CaseAlerts(props: { readonly work: CaseWork }) {
  const { file, mayChange, run } = props.work;
  const { id } = file.case;
  const navigate = useNavigate();
  const open = (alert: number) => void navigate({ to: '/alerts', search: { alert } });
  return (
    <Panel title="Alerts">
      {file.alerts.length === 0 && <Empty>None yet. Add them from the queue or from an alert’s page.</Empty>}
      {file.alerts.length > 0 && (
        <Scroll label="Alerts of the case">
          <table className="rows">
            <tbody>
              {file.alerts.map((alert) => (
                <tr
                  key={alert.id}
                  tabIndex={0}
                  onClick={() => open(alert.id)}
                  onKeyDown={(event) => event.key === 'Enter' && open(alert.id)}
                >
                  <td>{alert.id}</td>
                  <td>{alert.accountId}</td>
                  <td className="right">{count(alert.transactions)} flagged</td>
                  <td className="right">{hundredthsMoney(alert.amountMinor, alert.currency)}</td>
                  <td>{alert.verdict ? words(alert.verdict) : alert.status}</td>
                  <td className="right">
                    {mayChange && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`Take out alert ${alert.id}`}
                        onClick={(event) => {
                          event.stopPropagation();
                          run(call('takeAlertOutOfCase', { params: { id, alert: alert.id } }));
                        }}
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
      )}
    </Panel>
  );
}
