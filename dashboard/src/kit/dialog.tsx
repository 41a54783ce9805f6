// A dialog, and how each ends: Cancel, and what it does.
import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';

export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size="lg"
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {props.children}
    </Modal>
  );
}

export function DialogActions(props: {
  readonly submit: string;
  readonly disabled?: boolean;
  readonly onClose: () => void;
}) {
  return (
    <div className="actions">
      <Button variant="default" size="xs" onClick={props.onClose}>
        Cancel
      </Button>
      <Button size="xs" type="submit" disabled={props.disabled === true}>
        {props.submit}
      </Button>
    </div>
  );
}
