// People: who has an account, what they may do; inviting, changing, shutting out.
import { Button, MultiSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ROLES, type Role } from '../../../src/domain/access.ts';
import type { Person, PersonLink } from '../../../src/protocol/people.ts';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { dateTime, words } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { Secret } from '../kit/secret.tsx';
import { actions, type Column, Table } from '../kit/table.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useMe } from '../live/me.ts';

const ROLE_CHOICES = ROLES.map((role) => ({ value: role, label: words(role) }));

export function PeopleTable() {
  const { me } = useMe();
  const { data, problem, again } = useAnswer('listPeople', {}, 30_000);
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<PersonLink>();
  const [refused, setRefused] = useState<string>();
  async function act(work: () => Promise<void>): Promise<void> {
    setRefused(undefined);
    try {
      await work();
    } catch (error) {
      setRefused((error as Error).message);
    }
    again();
  }
  return (
    <Panel
      title="People"
      note={
        <Button size="compact-xs" onClick={() => setInviting(true)}>
          Invite …
        </Button>
      }
    >
      {me?.actor?.kind === 'local' && (
        <p className="muted">
          Nobody has an account yet, so whoever is at this machine may do everything. Open the link that the
          terminal printed to become the first administrator; from then on everybody signs in.
        </p>
      )}
      <Problem text={problem ?? refused} />
      <Table
        label="People"
        rows={data?.people ?? []}
        rowKey={({ id }) => id}
        columns={columns(act, setLink)}
        mark={({ disabled }) => ({ isFaded: disabled })}
        empty={data && 'Nobody yet.'}
      />
      {inviting && (
        <Invite
          onClose={() => setInviting(false)}
          onInvited={(invited) => {
            setInviting(false);
            setLink(invited);
            again();
          }}
        />
      )}
      {link && (
        <Secret
          title={`Link for ${link.id}`}
          about="Send it by a way you trust. It works once, within three days, and lets them choose a password."
          label="One-time link"
          text={`${location.origin}${link.link.path}`}
          onClose={() => setLink(undefined)}
        />
      )}
    </Panel>
  );
}

/** Does something, says what stands in the way, and looks again. */
type Act = (work: () => Promise<void>) => Promise<void>;

const columns = (act: Act, onLink: (link: PersonLink) => void): readonly Column<Person>[] => [
  {
    title: 'Name',
    cell: ({ name, disabled, hasPassword, lastSignInAt }) => (
      <>
        {name}
        {disabled && <span className="muted"> · shut out</span>}
        {!hasPassword && lastSignInAt === null && <span className="muted"> · invited</span>}
      </>
    ),
    sortBy: ({ name }) => name,
  },
  { title: 'Signs in as', cell: ({ id }) => id, sortBy: ({ id }) => id },
  {
    title: 'Roles',
    width: 260,
    cell: ({ id, name, roles: has }) => (
      <MultiSelect
        size="xs"
        aria-label={`Roles of ${name}`}
        data={ROLE_CHOICES}
        value={[...has]}
        onChange={(roles) => {
          if (roles.length === 0) return;
          void act(async () => {
            await call('changeRoles', { params: { id }, body: { roles } });
          });
        }}
      />
    ),
  },
  {
    title: 'Last sign-in',
    cell: ({ lastSignInAt }) => (lastSignInAt ? dateTime(lastSignInAt) : 'never'),
    sortBy: ({ lastSignInAt }) => lastSignInAt,
  },
  actions(({ id, disabled }) => (
    <>
      <Button
        size="compact-xs"
        variant="default"
        mr={6}
        onClick={() => void act(async () => onLink(await call('makePersonLink', { params: { id } })))}
      >
        New link
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() =>
          void act(async () => {
            await call('shutOutPerson', { params: { id }, body: { disabled: !disabled } });
          })
        }
      >
        {disabled ? 'Let in' : 'Shut out'}
      </Button>
    </>
  )),
];

function Invite(props: { readonly onClose: () => void; readonly onInvited: (invited: PersonLink) => void }) {
  const form = useSentForm<{ id: string; name: string; roles: Role[] }>({
    initial: { id: '', name: '', roles: ['analyst'] },
    rules: {
      name: needed('Give their name.'),
      id: needed('Give what they sign in as.'),
      roles: needed('Choose one at least.'),
    },
    send: async (body) => props.onInvited(await call('invitePerson', { body })),
  });
  const { field } = form;
  return (
    <FormDialog title="Invite somebody" form={form} action="Make the link" onClose={props.onClose}>
      <TextInput label="Name" size="xs" required data-autofocus {...field('name')} />
      <TextInput
        label="Signs in as"
        description="E-mail address or short name"
        size="xs"
        required
        mt={8}
        {...field('id')}
      />
      <MultiSelect label="Roles" size="xs" mt={8} data={ROLE_CHOICES} {...field('roles')} />
    </FormDialog>
  );
}
