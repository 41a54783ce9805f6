// API keys: what services may do, until when, and when they last did.
import { Button, MultiSelect, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { KEY_PERMISSIONS, PERMISSION_WORDS } from '../../../src/domain/access.ts';
import type { ApiKey } from '../../../src/protocol/people.ts';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { dateTime } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { Secret } from '../kit/secret.tsx';
import { call, useAnswer } from '../live/desk.ts';

export function ApiKeys() {
  const { data, problem, again } = useAnswer('listKeys', {}, 30_000);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const keys = data?.keys ?? [];
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
                <KeyRow
                  key={key.id}
                  apiKey={key}
                  onRevoke={() =>
                    call('revokeKey', { params: { id: key.id } }).then(again, (error: Error) =>
                      setRefused(error.message),
                    )
                  }
                />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
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
