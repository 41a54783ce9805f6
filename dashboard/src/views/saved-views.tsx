// Saved views: the filters of this screen under a name of one's own.
import { Button, Menu, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { call, useAnswer } from '../live/desk.ts';

function SaveView(props: { readonly onClose: () => void; readonly onSaved: () => void }) {
  const form = useSentForm({
    initial: { name: '' },
    rules: { name: needed('Give it a name.') },
    async send({ name }) {
      await call('saveView', { body: { name, path: `${location.pathname}${location.search}` } });
      props.onSaved();
    },
  });
  return (
    <FormDialog title="Save these filters" form={form} action="Save" onClose={props.onClose}>
      <TextInput label="Name" size="xs" required data-autofocus {...form.field('name')} />
    </FormDialog>
  );
}

export function SavedViews() {
  const { data, again } = useAnswer('listViews', {}, 300_000);
  const navigate = useNavigate();
  const [naming, setNaming] = useState(false);
  const views = data?.views ?? [];
  return (
    <>
      <Menu transitionProps={{ duration: 120 }}>
        <Menu.Target>
          <Button size="xs" variant="default">
            Views{views.length > 0 ? ` (${views.length})` : ''}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.map((view) => (
            <Menu.Item
              key={view.name}
              onClick={() => void navigate({ href: view.path })}
              rightSection={
                <Button
                  component="span"
                  size="compact-xs"
                  variant="subtle"
                  aria-label={`Remove ${view.name}`}
                  onClick={(event) => {
                    event.stopPropagation();
                    call('removeView', { params: { name: view.name } }).then(again, again);
                  }}
                >
                  ✕
                </Button>
              }
            >
              {view.name}
            </Menu.Item>
          ))}
          {views.length === 0 && <Menu.Label>None saved yet</Menu.Label>}
          <Menu.Divider />
          <Menu.Item onClick={() => setNaming(true)}>Save these filters …</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {naming && (
        <SaveView
          onClose={() => setNaming(false)}
          onSaved={() => {
            setNaming(false);
            again();
          }}
        />
      )}
    </>
  );
}
