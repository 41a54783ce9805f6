// Dialogs: one that shows something, one with a form in it, and one that asks before something is done.
import { Button, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { FormState } from './form.ts';
import { Form, FormProblem, SendButton } from './form-parts.tsx';

/** Whoever closes it goes on where they were. */
function useWayBack(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
}

export function Dialog(props: {
  readonly title: string;
  readonly size?: 'md' | 'lg';
  /** Another one asks something in front of it. */
  readonly isBehind?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { title, size = 'lg', isBehind = false, onClose, children } = props;
  useWayBack();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      closeOnEscape={!isBehind}
      trapFocus={!isBehind}
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {children}
    </Modal>
  );
}

export type Question = {
  readonly title: string;
  /** What will happen. */
  readonly about: ReactNode;
  /** The verb. */
  readonly action: string;
  readonly cancel?: string;
  /** It cannot be had back. */
  readonly destroys?: boolean;
  onYes(): void;
};

/** Asks before something is done; `question` has to be drawn somewhere. */
export function useConfirm(): { ask(question: Question): void; readonly question: ReactNode } {
  const [asked, ask] = useState<Question>();
  const close = (): void => ask(undefined);
  return { ask, question: asked && <Confirmation {...asked} onClose={close} /> };
}

function Confirmation(props: Question & { readonly onClose: () => void }) {
  const { title, about, action, cancel = 'Cancel', destroys = false, onYes, onClose } = props;
  return (
    <Dialog title={title} size="md" onClose={onClose}>
      <p>{about}</p>
      <div className="actions">
        <Button variant="default" size="xs" data-autofocus onClick={onClose}>
          {cancel}
        </Button>
        <Button
          size="xs"
          {...(destroys && { color: 'red.9' })}
          onClick={() => {
            onClose();
            onYes();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}

export function FormDialog(props: {
  readonly title: string;
  readonly form: FormState;
  /** What its button does. */
  readonly action: string;
  readonly destroys?: boolean;
  readonly disabled?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { title, form, action, destroys = false, disabled = false, onClose, children } = props;
  const { ask, question } = useConfirm();
  const close = (): void => {
    if (!form.holdsMuch()) {
      onClose();
      return;
    }
    ask({
      title: 'Throw away what you typed?',
      about: 'It is kept nowhere else.',
      action: 'Throw away',
      cancel: 'Go on typing',
      destroys: true,
      onYes: onClose,
    });
  };
  return (
    <>
      <Dialog title={title} isBehind={question !== undefined} onClose={close}>
        <Form form={form}>
          {children}
          <FormProblem form={form} />
          <div className="actions">
            <Button variant="default" size="xs" onClick={close}>
              Cancel
            </Button>
            <SendButton form={form} disabled={disabled} {...(destroys && { color: 'red.9' })}>
              {action}
            </SendButton>
          </div>
        </Form>
      </Dialog>
      {question}
    </>
  );
}
