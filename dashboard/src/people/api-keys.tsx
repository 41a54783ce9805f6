// API keys: what services may do, until when, and when they last did.
import { Button, MultiSelect, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { KEY_PERMISSIONS, PERMISSION_WORDS } from '../../../src/domain/access.ts';
import type { ApiKey } from '../../../src/protocol/people.ts';
import { FormDialog, useConfirm } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { dateTime } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { Secret } from '../kit/secret.tsx';
import { call, useAnswer } from '../live/desk.ts';

export function ApiKeys() {
  const { data, problem, again } = useAnswer('listKeys', {}, 30_000);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const { ask, question } = useConfirm();
  const keys = data?.keys ?? [];
  const revoke = ({ id, name }: ApiKey): void =>
    ask({
      title: `Revoke ${name}?`,
      about: 'Whatever uses it is refused from now on. A revoked key does not come back.',
      action: 'Revoke',
      destroys: true,
      onYes: () =>
        void call('revokeKey', { params: { id } }).then(again, (error: Error) => setRefused(error.message)),
    });
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
      {keys.length === 0 && (
        <Empty>
          No keys yet. A service that sends transactions needs one, as <code>Authorization: Bearer gk_…</code>
        </Empty>
      )}
      {keys.length > 0 && (
        <Scroll label="API keys">
          <table className="rows">
            <thead>
              <tr>
                <th>Name</th>
                <th>May</th>
                <th>Made</th>
                <th>Until</th>
                <th>Last used</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <KeyRow key={key.id} apiKey={key} onRevoke={() => revoke(key)} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {question}
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

function KeyRow(props: { readonly apiKey: ApiKey; readonly onRevoke: () => void }) {
  const { apiKey: key } = props;
  return (
    <tr style={{ cursor: 'default', opacity: key.revoked ? 0.6 : 1 }}>
      <td title={`gk_${key.id}_…`}>{key.name}</td>
      <td title={key.permissions.join(', ')}>{key.permissions.join(', ')}</td>
      <td>
        {dateTime(key.createdAt)} <span className="muted">by {key.createdBy}</span>
      </td>
      <td>{key.revoked ? 'revoked' : key.expiresAt ? dateTime(key.expiresAt) : 'revoked by hand'}</td>
      <td>{key.lastUsedAt ? dateTime(key.lastUsedAt) : 'never'}</td>
      <td className="right">
        {!key.revoked && (
          <Button size="compact-xs" variant="default" color="red" onClick={props.onRevoke}>
            Revoke
          </Button>
        )}
      </td>
    </tr>
  );
}

type Filled = {
  readonly name: string;
  readonly permissions: (typeof KEY_PERMISSIONS)[number][];
  readonly expiresInDays: number | string;
};
const EMPTY: Filled = { name: '', permissions: ['decide'], expiresInDays: 365 };

function NewKey(props: { readonly onClose: () => void; readonly onMade: (key: string) => void }) {
  const form = useSentForm({
    initial: EMPTY,
    rules: { name: needed('Say which service.'), permissions: needed('Choose one at least.') },
    async send({ expiresInDays: days, ...asked }) {
      const expires = days === '' ? {} : { expiresInDays: Number(days) };
      const { key } = await call('makeKey', { body: { ...asked, ...expires } });
      props.onMade(key);
    },
  });
  const { field } = form;
  return (
    <FormDialog title="New API key" form={form} action="Make the key" onClose={props.onClose}>
      <TextInput
        label="Name"
        description="The service that will use it"
        size="xs"
        required
        data-autofocus
        {...field('name')}
      />
      <MultiSelect
        label="May"
        size="xs"
        mt={8}
        data={KEY_PERMISSIONS.map((value) => ({ value, label: PERMISSION_WORDS[value] }))}
        {...field('permissions')}
      />
      <NumberInput
        label="Days until it expires"
        description="Empty: until somebody revokes it"
        size="xs"
        mt={8}
        min={1}
        max={3650}
        {...field('expiresInDays')}
      />
    </FormDialog>
  );
}
