// The file of a case: narrative, alerts, tasks, notes, the report, and closing it.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Case, CaseFile } from '../../../src/protocol/cases.ts';
import { dateTime, utc, words } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { LinkButton } from '../kit/link-button.tsx';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { useMay } from '../live/me.ts';
import { CaseActions } from './case-actions.tsx';
import { CaseAlerts } from './case-alerts.tsx';
import { CaseNotes } from './case-notes.tsx';
import { CaseReport } from './case-report.tsx';
import { CaseTasks } from './case-tasks.tsx';
import { useCaseWork } from './case-work.ts';
import { Narrative } from './narrative.tsx';

/** Where a case stands, in words. */
function Standing({ of }: { readonly of: Case }) {
  return (
    <p className="muted" style={{ margin: '4px 0 10px' }}>
      opened by {of.openedBy}, {dateTime(of.openedAt)} ·{' '}
      {of.assignee ? `with ${of.assignee.name}` : 'with nobody'}
      {of.status === 'proposed' &&
        ` · ${of.proposedBy?.name} proposes to close it: ${words(of.outcome ?? '')}`}
      {of.status === 'closed' && ` · closed by ${of.closedBy}: ${words(of.outcome ?? '')}`}
    </p>
  );
}

function History({ lines }: { readonly lines: CaseFile['history'] }) {
  return (
    <Panel title="Who did what">
      {lines.map((line) => (
        <p key={`${line.at}${line.action}`} className="history">
          <span title={utc(line.at)}>{dateTime(line.at)}</span> <b>{line.who}</b> {line.action}
        </p>
      ))}
    </Panel>
  );
}

export function CasePage(props: { readonly id: number }) {
  const { id } = props;
  const sees = useMay('read_identifiers');
  const { work, problem } = useCaseWork(id);
  const [reporting, setReporting] = useState(false);
  const back = (
    <LinkButton
      size="xs"
      variant="default"
      to="/cases"
      search={(before) => ({ ...before, case: undefined })}
      activeOptions={{ exact: true }}
    >
      ← Cases
    </LinkButton>
  );
  if (!work) {
    return (
      <Panel title={`Case ${id}`} note={back}>
        <Empty>{problem ?? 'Loading …'}</Empty>
      </Panel>
    );
  }
  const { case: of, history } = work.file;
  const buttons = (
    <span className="filters">
      {work.may && (
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
  );
  return (
    <div className="alert-page" data-testid="case-page">
      <Panel title={`Case ${of.id}`} note={buttons}>
        <h1 className="headline">{of.title}</h1>
        <Standing of={of} />
        <Problem text={problem} />
        <CaseActions work={work} />
      </Panel>
      <div className="grid">
        <Narrative work={work} />
        <CaseTasks work={work} />
      </div>
      <div className="grid">
        <CaseAlerts work={work} />
        <div style={{ display: 'grid', gap: 12, alignContent: 'start' }}>
          <CaseNotes work={work} />
          <History lines={history} />
        </div>
      </div>
      {reporting && <CaseReport id={id} onClose={() => setReporting(false)} />}
    </div>
  );
}
