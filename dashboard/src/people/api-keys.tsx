// API keys: what services may do, until when, and when they last did.
import { Button, MultiSelect, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { KEY_PERMISSIONS, PERMISSION_WORDS } from '../../../src/domain/access.ts';
import type { ApiKey } from '../../../src/protocol/people.ts';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { dateTime } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { Secret } from '../kit/secret.tsx';
import { actions, type Column, Table } from '../kit/table.tsx';
import { call, useAnswer } from '../live/desk.ts';

export function ApiKeys() {
  const { data, problem, again } = useAnswer('listKeys', {}, 30_000);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const revoke = (id: string): void =>
    void call('revokeKey', { params: { id } }).then(again, (error: Error) => setRefused(error.message));
  return (
    <Panel
      title="API keys"
      note={
        <Button size="compact-xs" onClick={() => setMaking(true)}>
          New key …
        </Button>
      }
    >
      <Problem text={problem ?? refused} />
      <Table
        label="API keys"
        rows={data?.keys ?? []}
        rowKey={({ id }) => id}
        columns={[
          ...COLUMNS,
          actions<ApiKey>(
            ({ id, revoked }) =>
              !revoked && (
                <Button size="compact-xs" variant="default" color="red" onClick={() => revoke(id)}>
                  Revoke
                </Button>
              ),
          ),
        ]}
        mark={({ revoked }) => ({ isFaded: revoked })}
        empty={
          <>
            No keys yet. A service that sends transactions needs one, as{' '}
            <code>Authorization: Bearer gk_…</code>
          </>
        }
      />
      {making && (
        <NewKey
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setMade(key);
            again();
          }}
        />
      )}
      {made && (
        <Secret
          title="The new key"
          about="It is shown this once: only its hash is kept. Put it into the service’s secrets now."
          label="API key"
          text={made}
          onClose={() => setMade(undefined)}
        />
      )}
    </Panel>
  );
}

const endOf = ({ revoked, expiresAt }: ApiKey): string => {
  if (revoked) return 'revoked';
  return expiresAt ? dateTime(expiresAt) : 'revoked by hand';
};

const COLUMNS: readonly Column<ApiKey>[] = [
  { title: 'Name', hint: ({ id }) => `gk_${id}_…`, cell: ({ name }) => name, sortBy: ({ name }) => name },
  {
    title: 'May',
    hint: ({ permissions }) => permissions.join(', '),
    cell: ({ permissions }) => permissions.join(', '),
  },
  {
    title: 'Made',
    cell: ({ createdAt, createdBy }) => (
      <>
        {dateTime(createdAt)} <span className="muted">by {createdBy}</span>
      </>
    ),
    sortBy: ({ createdAt }) => createdAt,
  },
  { title: 'Until', cell: endOf, sortBy: ({ revoked, expiresAt }) => (revoked ? null : expiresAt) },
  {
    title: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt ? dateTime(lastUsedAt) : 'never'),
    sortBy: ({ lastUsedAt }) => lastUsedAt,
  },
];

function NewKey(props: { readonly onClose: () => void; readonly onMade: (key: string) => void }) {
  const [name, setName] = useState('');
  const [permissions, setPermissions] = useState<(typeof KEY_PERMISSIONS)[number][]>(['decide']);
  const [days, setDays] = useState<string | number>(365);
  const [problem, setProblem] = useState<string>();
  return (
    <Dialog title="New API key" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const expires = days === '' ? {} : { expiresInDays: Number(days) };
          call('makeKey', { body: { name, permissions, ...expires } }).then(
            ({ key }) => props.onMade(key),
            (error: Error) => setProblem(error.message),
          );
        }}
      >
        <TextInput
          label="Name"
          description="The service that will use it"
          size="xs"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <MultiSelect
          label="May"
          size="xs"
          mt={8}
          data={KEY_PERMISSIONS.map((value) => ({ value, label: PERMISSION_WORDS[value] }))}
          value={permissions}
          onChange={setPermissions}
        />
        <NumberInput
          label="Days until it expires"
          description="Empty: until somebody revokes it"
          size="xs"
          mt={8}
          min={1}
          max={3650}
          value={days}
          onChange={setDays}
        />
        <Problem text={problem} />
        <DialogActions submit="Make the key" disabled={permissions.length === 0} onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
