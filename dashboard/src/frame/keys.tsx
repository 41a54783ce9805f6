// The keys that work on every screen, and the list of all keys.
import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useEffect } from 'react';
import { Dialog } from '../kit/dialog.tsx';
import { Facts } from '../kit/facts.tsx';
import { isBehindDialog, isMeantElsewhere } from '../kit/keys.ts';
import { SCREENS } from './screens.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ...SCREENS.map(({ key, title }) => [key, title] as const),
  ['Ctrl K', 'Search'],
  ['t', 'Dark or light'],
  ['Enter', 'Open the row in focus'],
  ['j k', 'Alerts: down, up; on the page of one: the next, the one before'],
  ['x', 'Alerts: choose'],
  ['c', 'Alerts: claim or release'],
  ['s', 'Alerts: snooze for an hour'],
  ['e', 'Alerts: escalate'],
  ['f g u', 'Alerts: fraud, genuine, unsure'],
  ['/', 'Alerts: search'],
  ['Esc', 'Close'],
  ['?', 'This list'],
];

export function useKeys(desk: {
  readonly search: RefObject<HTMLInputElement | null>;
  help(): void;
  changeColors(): void;
}): void {
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'k' && !isBehindDialog()) {
        event.preventDefault();
        desk.search.current?.focus();
        return;
      }
      if (isMeantElsewhere(event)) return;
      if (event.key === '?') desk.help();
      if (event.key === 't') desk.changeColors();
      const next = SCREENS.find((screen) => screen.key === event.key);
      if (next) void navigate({ to: next.to });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}

export function KeysHelp(props: { readonly onClose: () => void; readonly onTour: () => void }) {
  return (
    <Dialog title="Keys" size="md" onClose={props.onClose}>
      <Facts facts={KEYS} nameOf={(key) => <kbd>{key}</kbd>} />
      <Button size="xs" variant="default" mt={12} onClick={props.onTour}>
        Take the tour
      </Button>
    </Dialog>
  );
}
