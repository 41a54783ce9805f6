// Own fields that arrived lately and that nobody declared: what they look like, and one click to declare them.
import { Button } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { ObservedField, ObservedFields } from '../../../src/protocol/observed-fields.ts';
import { count, dateTime, percent } from '../kit/format.ts';
import { Empty, Panel, Problem } from '../kit/parts.tsx';
import { actions, type Column, Table } from '../kit/table.tsx';
import type { Asked } from '../live/desk.ts';
import { put } from './document.ts';
import type { Draft } from './draft.ts';
import { FieldForm } from './field-form.tsx';
import { descriptionOf, isPersonal, TYPE_WORDS } from './field-words.ts';

/** A dotted name that may go on in the next line behind a dot. */
function inParts(name: string) {
  const parts = name.split('.');
  return parts.map((part, i) => (
    <Fragment key={parts.slice(0, i + 1).join('.')}>
      {i > 0 && (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

const COLUMNS: readonly Column<ObservedField>[] = [
  { title: 'Field', cell: ({ name }) => inParts(name), sortBy: ({ name }) => name },
  {
    title: 'Looks like',
    cell: ({ type, advice }) => (
      <>
        {TYPE_WORDS[type]}
        {advice !== undefined && <div className="muted advice">{advice}</div>}
      </>
    ),
    sortBy: ({ type }) => TYPE_WORDS[type],
  },
  {
    title: 'Examples',
    about: 'Masked',
    className: 'muted hide-small',
    hint: ({ samples }) => samples.join('\n'),
    cell: ({ samples }) => (samples.length > 0 ? samples.join(' · ') : 'hidden from your role'),
  },
  {
    title: 'Came',
    about: 'Transactions and events that had it',
    right: true,
    className: 'hide-small',
    hint: ({ events = 0 }) => (events > 0 ? `${count(events)} of them events` : ''),
    cell: ({ seen }) => count(seen),
    sortBy: ({ seen }) => seen,
  },
  {
    title: 'Absent',
    about: 'Of what came since it was seen first',
    right: true,
    className: 'hide-small',
    cell: ({ absent }) => percent(absent, 0),
    sortBy: ({ absent }) => absent,
  },
  {
    title: 'Since',
    className: 'hide-small',
    hint: ({ lastSeen }) => `last ${dateTime(lastSeen)}`,
    cell: ({ firstSeen }) => dateTime(firstSeen),
    sortBy: ({ firstSeen }) => firstSeen,
  },
];

function lookedAt({ transactions, events = 0 }: ObservedFields): string {
  const both = `${count(transactions)} transactions`;
  return `${events > 0 ? `${both} and ${count(events)} events` : both} were looked at`;
}

export function Observed(props: { readonly draft: Draft; readonly observed: Asked<'listObservedFields'> }) {
  const { draft, observed } = props;
  const [adopting, setAdopting] = useState<ObservedField>();
  const [underWay, setUnderWay] = useState<string>();
  const declared = new Set(draft.document?.data.fields.map(({ name }) => name));
  const fields = observed.data?.fields;
  async function adopt({ name, type }: ObservedField): Promise<void> {
    setUnderWay(name);
    const field = { name, type, description: descriptionOf(name), personal: isPersonal(type) };
    await draft
      .save(put('fields', field), `${name} is declared in the draft as ${TYPE_WORDS[type]}.`)
      .catch((error: Error) => draft.say({ text: error.message, bad: true }));
    setUnderWay(undefined);
  }
  return (
    <Panel title="Fields that nobody declared" note={observed.data && lookedAt(observed.data)}>
      <Problem text={observed.problem} />
      {!fields && !observed.problem && <Empty>Loading …</Empty>}
      {fields && fields.length > 0 && (
        <p className="muted" style={{ marginTop: 0 }}>
          They are kept with what they came with. Once a field is declared, rules and features can name it,
          for the past too.
        </p>
      )}
      <div className="observed">
        <Table
          label="Fields that nobody declared"
          rows={fields}
          rowKey={({ name }) => name}
          columns={[
            ...COLUMNS,
            actions<ObservedField>((field) =>
              declared.has(field.name) ? (
                <span className="state draft">in the draft</span>
              ) : (
                draft.mayEdit && (
                  <div className="adopt">
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      aria-label={`Adopt ${field.name} as …`}
                      onClick={() => setAdopting(field)}
                    >
                      As …
                    </Button>
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Adopt ${field.name}`}
                      loading={underWay === field.name}
                      disabled={underWay !== undefined || !draft.document}
                      onClick={() => void adopt(field)}
                    >
                      Adopt
                    </Button>
                  </div>
                )
              ),
            ),
          ]}
          empty={<HowTheyComeIn />}
        />
      </div>
      {adopting && (
        <FieldForm
          draft={draft}
          field={{
            name: adopting.name,
            type: adopting.type,
            description: descriptionOf(adopting.name),
            personal: isPersonal(adopting.type),
          }}
          isNew
          onClose={() => setAdopting(undefined)}
        />
      )}
    </Panel>
  );
}

const CURL = `curl ${globalThis.location?.origin ?? 'http://127.0.0.1:7878'}/v1/decisions -H 'content-type: application/json' -d '{
  "id": "t-1001", "accountId": "a-17", "occurredAt": "2026-11-23T15:00:00Z",
  "amountMinor": 4900, "currency": "EUR", "type": "purchase",
  "attributes": {"customer": {"segment": "gold"}, "risk.deviceScore": 0.82}
}'`;
const MAPPING = `{
  "attributes": {
    "customerId": {"column": "CUSTOMER"},
    "risk.deviceScore": {"column": "DEV_SCORE", "type": "number"}
  }
}
or, for every column that no field takes:  "attributes": "rest"`;

function HowTheyComeIn() {
  return (
    <div className="how">
      <p>
        Nothing came lately that is not declared. What a bank has besides the fields of every transaction
        stands in <code>attributes</code>; it appears here with what it looks like, and can be declared with
        one click.
      </p>
      <b>Over the API</b>
      <pre>{CURL}</pre>
      <b>From a file, in its mapping</b>
      <pre>{MAPPING}</pre>
    </div>
  );
}
