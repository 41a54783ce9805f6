// The file of a case: narrative, alerts, tasks, notes, the report, and closing it.
import { Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { CASE_OUTCOMES } from '../../../src/domain/case.ts';
import type { CaseFile } from '../../../src/protocol/cases.ts';
import { count, dateTime, hundredthsMoney, utc, words } from '../kit/format.ts';
import { Hidden, NOT_SHOWN } from '../kit/hidden.tsx';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { ask, remove, tell } from '../live/api.ts';
import { useMay, useMe } from '../live/me.ts';
import { navigate, setQuery } from '../live/route.ts';
import { CaseReport } from './case-report.tsx';

export function CasePage(props: { readonly id: number }) {
  const { id } = props;
  const { me } = useMe();
  const may = useMay('work_alerts');
  const sees = useMay('read_identifiers');
  const [file, setFile] = useState<CaseFile>();
  const [narrative, setNarrative] = useState<string>();
  const [outcome, setOutcome] = useState<string | null>(null);
  const [task, setTask] = useState('');
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<string>();
  const [reporting, setReporting] = useState(false);
  const load = useCallback(
    () => ask<CaseFile>(`/v1/cases/${id}`).then(setFile, (error: Error) => setProblem(error.message)),
    [id],
  );
  useEffect(() => {
    setFile(undefined);
    setNarrative(undefined);
    void load();
  }, [load]);
  function run(work: Promise<unknown>): void {
    work
      .then(
        () => setProblem(undefined),
        (error: Error) => setProblem(error.message),
      )
      .finally(() => void load());
  }
  const act = (action: string, more: object = {}): void => {
    if (!file) return;
    run(tell(`/v1/cases/${id}/actions`, { version: file.case.version, action, ...more }));
  };
  const back = (
    <Button size="xs" variant="default" onClick={() => setQuery({ case: undefined })}>
      ← Cases
    </Button>
  );
  if (!file) {
    return (
      <Panel title={`Case ${id}`} note={back}>
        <Empty>{problem ?? 'Loading …'}</Empty>
      </Panel>
    );
  }
  const { case: of } = file;
  const open = of.status !== 'closed';
  const mine = of.assignee?.id === me?.actor?.id;
  return (
    <div className="alert-page" data-testid="case-page">
      <Panel
        title={`Case ${of.id}`}
        note={
          <span className="filters">
            {may && (
              <Button
                size="xs"
                variant="default"
                disabled={!sees}
                title={sees ? undefined : NOT_SHOWN}
                onClick={() => setReporting(true)}
              >
                Report …
              </Button>
            )}
            <Button size="xs" variant="default" onClick={() => window.print()} title="Or save it as PDF">
              Print
            </Button>
            {back}
          </span>
        }
      >
        <h1 className="headline">{of.title}</h1>
        <p className="muted" style={{ margin: '4px 0 10px' }}>
          opened by {of.openedBy}, {dateTime(of.openedAt)} ·{' '}
          {of.assignee ? `with ${of.assignee.name}` : 'with nobody'}
          {of.status === 'proposed' &&
            ` · ${of.proposedBy?.name} proposes to close it: ${words(of.outcome ?? '')}`}
          {of.status === 'closed' && ` · closed by ${of.closedBy}: ${words(of.outcome ?? '')}`}
        </p>
        <Problem text={problem} />
        {may && open && (
          <div className="filters">
            <Button
              size="xs"
              variant="default"
              onClick={() => act('assign', mine ? {} : { assignee: me?.actor?.id })}
            >
              {mine ? 'Release' : 'Take it'}
            </Button>
            <span className="bar" aria-hidden="true" />
            <Select
              size="xs"
              w={150}
              aria-label="How it ended"
              placeholder="How it ended"
              value={outcome ?? of.outcome}
              onChange={setOutcome}
              data={CASE_OUTCOMES.map((value) => ({ value, label: words(value) }))}
            />
            {file.fourEyes && of.status === 'open' && (
              <Button
                size="xs"
                disabled={outcome === null}
                onClick={() => act('propose', { outcome })}
                title="Somebody else then closes it"
              >
                Propose to close
              </Button>
            )}
            {(!file.fourEyes || of.status === 'proposed') && (
              <Button
                size="xs"
                disabled={(outcome ?? of.outcome) === null}
                onClick={() => act('close', { outcome: outcome ?? of.outcome })}
              >
                Close the case
              </Button>
            )}
            {of.status === 'proposed' && (
              <Button size="xs" variant="default" onClick={() => act('reopen')}>
                Send back
              </Button>
            )}
          </div>
        )}
        {may && !open && (
          <Button size="xs" variant="default" onClick={() => act('reopen')}>
            Reopen
          </Button>
        )}
      </Panel>
      <div className="grid">
        <Panel title="Narrative" note="what happened, who, when, how, and why it is suspicious">
          {of.narrative === null ? (
            <Hidden what="The narrative" />
          ) : (
            <Textarea
              aria-label="Narrative"
              autosize
              minRows={6}
              readOnly={!may || !open}
              value={narrative ?? of.narrative}
              onChange={(event) => setNarrative(event.currentTarget.value)}
            />
          )}
          {may && open && of.narrative !== null && (
            <div className="actions">
              <Button
                size="xs"
                disabled={narrative === undefined || narrative === of.narrative}
                onClick={() => {
                  act('edit', { narrative });
                  setNarrative(undefined);
                }}
              >
                Save
              </Button>
            </div>
          )}
        </Panel>
        <Panel title="Tasks" note={of.tasksOpen > 0 ? `${count(of.tasksOpen)} open` : undefined}>
          {file.tasks.length === 0 && <Empty>No tasks. A case closes when all of them are done.</Empty>}
          {file.tasks.map((one) => (
            <Checkbox
              key={one.id}
              size="xs"
              my={6}
              label={one.text ?? <Hidden what="The task" />}
              description={`${one.who}, ${dateTime(one.at)}`}
              checked={one.done}
              disabled={!may || !open}
              onChange={(event) =>
                run(tell(`/v1/cases/${id}/tasks/${one.id}`, { done: event.currentTarget.checked }, 'PUT'))
              }
            />
          ))}
          {may && open && (
            <form
              className="filters no-print"
              onSubmit={(event) => {
                event.preventDefault();
                run(tell(`/v1/cases/${id}/tasks`, { text: task }).then(() => setTask('')));
              }}
            >
              <TextInput
                size="xs"
                aria-label="New task"
                placeholder="New task"
                value={task}
                onChange={(event) => setTask(event.currentTarget.value)}
              />
              <Button size="xs" type="submit" variant="default" disabled={task.trim() === ''}>
                Add
              </Button>
            </form>
          )}
        </Panel>
      </div>
      <div className="grid">
        <Panel title="Alerts">
          {file.alerts.length === 0 && (
            <Empty>None yet. Add them from the queue or from an alert’s page.</Empty>
          )}
          {file.alerts.length > 0 && (
            <Scroll label="Alerts of the case">
              <table className="rows">
                <tbody>
                  {file.alerts.map((alert) => (
                    <tr
                      key={alert.id}
                      tabIndex={0}
                      onClick={() => navigate(`/alerts?alert=${alert.id}`)}
                      onKeyDown={(event) => event.key === 'Enter' && navigate(`/alerts?alert=${alert.id}`)}
                    >
                      <td>{alert.id}</td>
                      <td>{alert.accountId}</td>
                      <td className="right">{count(alert.transactions)} flagged</td>
                      <td className="right">{hundredthsMoney(alert.amountMinor, alert.currency)}</td>
                      <td>{alert.verdict ? words(alert.verdict) : alert.status}</td>
                      <td className="right">
                        {may && open && (
                          <Button
                            size="compact-xs"
                            variant="default"
                            aria-label={`Take out alert ${alert.id}`}
                            onClick={(event) => {
                              event.stopPropagation();
                              run(remove(`/v1/cases/${id}/alerts/${alert.id}`));
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
        <div style={{ display: 'grid', gap: 12, alignContent: 'start' }}>
          <Panel title="Notes">
            {file.notes.map((one) => (
              <div key={one.id} className="note">
                <p className="muted">
                  {one.who} · <span title={utc(one.at)}>{dateTime(one.at)}</span>
                </p>
                <p>{one.text ?? <Hidden what="The note" />}</p>
              </div>
            ))}
            {may && (
              <form
                className="no-print"
                onSubmit={(event) => {
                  event.preventDefault();
                  run(tell(`/v1/cases/${id}/notes`, { text: note }).then(() => setNote('')));
                }}
              >
                <Textarea
                  size="xs"
                  autosize
                  minRows={2}
                  aria-label="Note"
                  placeholder="Add a note"
                  value={note}
                  onChange={(event) => setNote(event.currentTarget.value)}
                />
                <div className="actions">
                  <Button size="xs" type="submit" disabled={note.trim() === ''}>
                    Add note
                  </Button>
                </div>
              </form>
            )}
          </Panel>
          <Panel title="Who did what">
            {file.history.map((line) => (
              <p key={`${line.at}${line.action}`} className="history">
                <span title={utc(line.at)}>{dateTime(line.at)}</span> <b>{line.who}</b> {line.action}
              </p>
            ))}
          </Panel>
        </div>
      </div>
      {reporting && <CaseReport id={id} onClose={() => setReporting(false)} />}
    </div>
  );
}
