// What is declared: fields, entities, kinds of events, types and channels.
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Panel } from '../kit/parts.tsx';
import { actions, type Column, Table } from '../kit/table.tsx';
import { namesOf } from './changes.tsx';
import { CODE_WORDS, CodeForm } from './code-form.tsx';
import {
  CODE_PARTS,
  type Code,
  type CodePart,
  type Entity,
  type Field,
  featuresOfEntity,
  type ThingPart,
  usersOf,
  type WholeDocument,
  without,
} from './document.ts';
import type { Draft } from './draft.ts';
import { EntityForm } from './entity-form.tsx';
import { FieldForm, NEW_FIELD } from './field-form.tsx';
import { TYPE_WORDS } from './field-words.ts';

type Shown = { readonly draft: Draft; readonly document: WholeDocument };

export function FieldScreen(props: Shown) {
  return (
    <>
      <Fields {...props} />
      <Entities {...props} />
      <Codes {...props} />
    </>
  );
}

/** What the draft says of things of a part otherwise than what serves. */
const marksOf = ({ check }: Draft, part: 'field' | 'entity' | 'event' | 'type' | 'channel') =>
  new Map(check?.changes.filter((one) => one.part === part).map(({ name, change }) => [name, change]));

function Name(props: { readonly name: string; readonly change: string | undefined }) {
  return (
    <>
      {props.name}{' '}
      {props.change !== undefined && (
        <span className="state draft">{props.change === 'added' ? 'new' : props.change}</span>
      )}
    </>
  );
}

/** Removes a thing from the draft; what reads it is told by the refusal. */
const remove =
  (draft: Draft, part: ThingPart) =>
  ({ name }: { readonly name: string }): void =>
    void draft
      .save(without(part, name), `${name} is taken out of the draft.`)
      .catch((error: Error) => draft.say({ text: error.message, bad: true }));

const buttons = <Row extends { readonly name: string }>(
  draft: Draft,
  part: ThingPart,
  onChange: (row: Row) => void,
): readonly Column<Row>[] =>
  draft.mayEdit
    ? [
        actions<Row>((row) => (
          <>
            <Button
              size="compact-xs"
              variant="default"
              mr={6}
              aria-label={`Change ${row.name}`}
              onClick={() => onChange(row)}
            >
              Change …
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Remove ${row.name}`}
              onClick={() => remove(draft, part)(row)}
            >
              Remove
            </Button>
          </>
        )),
      ]
    : [];

const add = (draft: Draft, words: string, onClick: () => void): ReactNode =>
  draft.mayEdit && (
    <Button size="compact-xs" onClick={onClick}>
      {words}
    </Button>
  );

function boundsOf({ minimum, maximum, values }: Field): string {
  if (values) return namesOf(values, 4);
  if (minimum === undefined && maximum === undefined) return '';
  return `${minimum ?? '…'} to ${maximum ?? '…'}`;
}

function Fields({ draft, document }: Shown) {
  const [edited, setEdited] = useState<Field>();
  const marks = marksOf(draft, 'field');
  const columns: readonly Column<Field>[] = [
    {
      title: 'Field',
      hint: ({ description }) => description,
      cell: ({ name }) => <Name name={name} change={marks.get(name)} />,
      sortBy: ({ name }) => name,
    },
    {
      title: 'Type',
      className: 'hide-small',
      cell: ({ type }) => TYPE_WORDS[type],
      sortBy: ({ type }) => TYPE_WORDS[type],
    },
    { title: 'What it is', className: 'muted hide-small', cell: ({ description }) => description },
    {
      title: 'Personal',
      className: 'hide-small',
      cell: ({ personal }) => (personal ? 'personal' : ''),
      sortBy: ({ personal }) => Number(personal),
    },
    { title: 'Allowed', className: 'muted hide-small', cell: boundsOf },
    {
      title: 'Used by',
      className: 'muted hide-small',
      hint: ({ name }) => usersOf(document, name).join(', '),
      cell: ({ name }) => namesOf(usersOf(document, name), 2),
    },
    ...buttons<Field>(draft, 'fields', setEdited),
  ];
  return (
    <Panel title="Fields" note={add(draft, 'Declare a field …', () => setEdited(NEW_FIELD))}>
      <Table
        label="Fields"
        rows={document.data.fields}
        rowKey={({ name }) => name}
        columns={columns}
        empty="No own fields yet. What arrives is under Observed; or declare one that will."
      />
      {edited && (
        <FieldForm
          draft={draft}
          field={edited}
          isNew={edited === NEW_FIELD}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Panel>
  );
}

function Entities({ draft, document }: Shown) {
  const [edited, setEdited] = useState<Entity | 'new'>();
  const marks = marksOf(draft, 'entity');
  const columns: readonly Column<Entity>[] = [
    {
      title: 'Entity',
      cell: ({ name }) => <Name name={name} change={marks.get(name)} />,
      sortBy: ({ name }) => name,
    },
    { title: 'Named by', className: 'hide-small', cell: ({ key }) => key.join(' and ') },
    { title: 'What it is', className: 'muted hide-small', cell: ({ description }) => description },
    {
      title: 'Features',
      className: 'hide-small',
      right: true,
      hint: ({ name }) => featuresOfEntity(document, name).join(', '),
      cell: ({ name }) => featuresOfEntity(document, name).length,
    },
    ...buttons<Entity>(draft, 'entities', setEdited),
  ];
  return (
    <Panel title="Entities" note={add(draft, 'Declare an entity …', () => setEdited('new'))}>
      <p className="muted" style={{ marginTop: 0 }}>
        What histories are kept of. The program keeps those of accounts, merchants, devices, IP addresses and
        payees; own ones are named by one field or a pair.
      </p>
      <Table
        label="Entities"
        rows={document.data.entities}
        rowKey={({ name }) => name}
        columns={columns}
        empty="No own entities yet. Declare one, such as the customer behind the account."
      />
      {edited && (
        <EntityForm
          draft={draft}
          document={document}
          entity={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Panel>
  );
}

type NamedCode = Code & { readonly part: CodePart };
const PART_OF = { events: 'event', types: 'type', channels: 'channel' } as const;

function Codes({ draft, document }: Shown) {
  const [edited, setEdited] = useState<{ readonly part: CodePart; readonly code: Code | undefined }>();
  const rows = CODE_PARTS.flatMap((part) =>
    document.data[part].map((code): NamedCode => ({ ...code, part })),
  );
  const columns: readonly Column<NamedCode>[] = [
    {
      title: 'Name',
      cell: ({ name, part }) => <Name name={name} change={marksOf(draft, PART_OF[part]).get(name)} />,
      sortBy: ({ name }) => name,
    },
    { title: 'Of', cell: ({ part }) => CODE_WORDS[part].one, sortBy: ({ part }) => part },
    { title: 'What it is', className: 'muted hide-small', cell: ({ description }) => description },
    ...(draft.mayEdit
      ? [
          actions<NamedCode>(({ part, name, description }) => (
            <>
              <Button
                size="compact-xs"
                variant="default"
                mr={6}
                aria-label={`Change ${name}`}
                onClick={() => setEdited({ part, code: { name, description } })}
              >
                Change …
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Remove ${name}`}
                onClick={() => remove(draft, part)({ name })}
              >
                Remove
              </Button>
            </>
          )),
        ]
      : []),
  ];
  return (
    <Panel
      title="Kinds of events, types and channels"
      note={
        draft.mayEdit && (
          <span className="filters">
            {CODE_PARTS.map((part) => (
              <Button
                key={part}
                size="compact-xs"
                variant="default"
                onClick={() => setEdited({ part, code: undefined })}
              >
                Add a {CODE_WORDS[part].one} …
              </Button>
            ))}
          </span>
        )
      }
    >
      <Table
        label="Kinds of events, types and channels"
        rows={rows}
        rowKey={({ part, name }) => `${part} ${name}`}
        columns={columns}
        empty="Those of the program alone: logins, failed logins, changes of passwords and so on come over POST /v1/events."
      />
      {edited && (
        <CodeForm draft={draft} part={edited.part} code={edited.code} onClose={() => setEdited(undefined)} />
      )}
    </Panel>
  );
}
