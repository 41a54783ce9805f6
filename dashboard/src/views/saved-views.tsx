// Saved views: the filters of this screen under a name of one's own.
import { Button, Menu, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../kit/dialog.tsx';
import { Problem } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';

function SaveView(props: { readonly onClose: () => void; readonly onSaved: () => void }) {
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <Dialog title="Save these filters" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const path = `${location.pathname}${location.search}`;
          call('saveView', { body: { name, path } }).then(props.onSaved, (error: Error) =>
            setProblem(error.message),
          );
        }}
      >
        <TextInput
          label="Name"
          size="xs"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Problem text={problem} />
        <div className="actions">
          <Button size="xs" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
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
