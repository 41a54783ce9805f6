// Something that is shown once: a link or a key, to be copied now.
import { Button, CopyButton, TextInput } from '@mantine/core';
import { Dialog } from './dialog.tsx';

export function Secret(props: {
  readonly title: string;
  readonly about: string;
  readonly label: string;
  readonly text: string;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <p className="muted">{props.about}</p>
      <TextInput
        label={props.label}
        readOnly
        value={props.text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div className="actions">
        <CopyButton value={props.text}>
          {({ copied, copy }) => (
            <Button size="xs" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button size="xs" variant="default" onClick={props.onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
