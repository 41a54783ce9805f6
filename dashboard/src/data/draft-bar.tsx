// What the draft changes of what serves, what stands in its way, and what is done with it.
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { CatalogueCheck } from '../../../src/protocol/catalogue.ts';
import { useConfirm } from '../kit/dialog.tsx';
import { dateTime } from '../kit/format.ts';
import { LinkButton } from '../kit/link-button.tsx';
import { Problem } from '../kit/parts.tsx';
import { ChangeTable, summaryOf } from './changes.tsx';
import type { Draft } from './draft.ts';
import { Filling } from './filling.tsx';
import { GoLive } from './go-live.tsx';
import { PlacedProblems } from './placed-problems.tsx';

export function DraftBar({ draft }: { readonly draft: Draft }) {
  const { catalogue, check } = draft;
  const [open, setOpen] = useState(false);
  const [going, setGoing] = useState(false);
  const { ask, question } = useConfirm();
  if (!catalogue) return null;
  return (
    <>
      <Filling draft={draft} catalogue={catalogue} />
      <Problem
        text={
          catalogue.live.problem &&
          `Version ${catalogue.live.version} cannot be used: ${catalogue.live.problem}`
        }
      />
      <Problem
        text={catalogue.draft?.problem && `Version ${catalogue.draft.version}: ${catalogue.draft.problem}`}
      />
      {catalogue.draft && (
        <section className="panel draft-bar" aria-label="Draft" data-testid="draft-bar">
          <div className="filters">
            <span className="state draft">draft {catalogue.draft.version}</span>
            <Summary check={check} />
            <span className="muted">
              {catalogue.draft.author}
              {catalogue.draft.createdAt && `, ${dateTime(catalogue.draft.createdAt)}`}
            </span>
            <span className="filters end">
              {check && check.changes.length > 0 && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-expanded={open}
                  onClick={() => setOpen(!open)}
                >
                  {open ? 'Hide changes' : 'Show changes'}
                </Button>
              )}
              {draft.mayEdit && (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() =>
                    ask({
                      title: 'Discard the draft?',
                      about: 'What serves goes on as it is. A draft that is discarded is kept nowhere.',
                      action: 'Discard',
                      destroys: true,
                      onYes: () =>
                        void draft.discard().then(
                          () => draft.say({ text: 'The draft is discarded.' }),
                          (error: Error) => draft.say({ text: error.message, bad: true }),
                        ),
                    })
                  }
                >
                  Discard …
                </Button>
              )}
              {draft.mayMove && (
                <Button
                  size="compact-xs"
                  disabled={!check?.ok || check.touched.length > 0 || catalogue.filling !== null}
                  onClick={() => setGoing(true)}
                >
                  Put live …
                </Button>
              )}
            </span>
          </div>
          <Obstacles draft={draft} check={check} />
          {open && check && <ChangeTable changes={check.changes} />}
        </section>
      )}
      {going && catalogue.draft && (
        <GoLive draft={draft} version={catalogue.draft.version} onClose={() => setGoing(false)} />
      )}
      {question}
    </>
  );
}

function Summary({ check }: { readonly check: CatalogueCheck | undefined }) {
  if (!check) return <span className="muted">…</span>;
  if (!check.ok) return <b className="overdue">cannot be used as it is</b>;
  const needs = check.newHistories.length > 0;
  return (
    <b title={needs ? check.newHistories.map(({ features }) => features.join(', ')).join('; ') : undefined}>
      {summaryOf(check.changes) ?? 'nothing is another'}
      {needs && '; needs filling'}
    </b>
  );
}

/** What has to be done before it can go live. */
function Obstacles(props: { readonly draft: Draft; readonly check: CatalogueCheck | undefined }) {
  const { check, draft } = props;
  if (!check) return null;
  return (
    <>
      {check.problems.length > 0 && (
        <PlacedProblems problems={check.problems} document={draft.document} draft={draft.document} />
      )}
      {check.touched.map(({ kind, name, problem }) => (
        <p key={`${kind} ${name}`} className="problem" role="alert">
          {problem}{' '}
          {kind === 'rule' ? (
            <LinkButton size="compact-xs" variant="default" to="/rules" search={{ rule: name }}>
              Rule {name}
            </LinkButton>
          ) : (
            <LinkButton size="compact-xs" variant="default" to="/models">
              Models
            </LinkButton>
          )}
        </p>
      ))}
    </>
  );
}
