// A model's way to another state: what the gate says, who answers for it, and why.
import { Button, NumberInput, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ModelState } from '../../../src/domain/model-state.ts';
import type { Model } from '../../../src/protocol/models.ts';
import { Dialog } from '../kit/dialog.tsx';
import { Problem } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useSignedInName } from '../live/me.ts';
import { rememberedName, rememberName } from './remembered-name.ts';

const TARGETS: readonly { readonly value: ModelState; readonly label: string; readonly about: string }[] = [
  { value: 'shadow', label: 'Shadow', about: 'Decides nothing; measured on what the others decide.' },
  {
    value: 'challenger',
    label: 'Challenger',
    about: 'Decides for a share of the accounts, always the same ones.',
  },
  {
    value: 'champion',
    label: 'Champion',
    about: 'Decides from the next batch on; the champion of now is retired.',
  },
  { value: 'candidate', label: 'Candidate', about: 'Waits to be judged.' },
  { value: 'retired', label: 'Retired', about: 'Kept for its decisions, out of the way.' },
];

export function MoveModel(props: {
  readonly model: Model;
  readonly onClose: () => void;
  readonly onMoved: () => void;
}) {
  const { model } = props;
  const targets = TARGETS.filter(({ value }) => value !== model.state);
  const [state, setState] = useState<ModelState>(targets[0].value);
  const [share, setShare] = useState(10);
  const signedIn = useSignedInName();
  const [who, setWho] = useState(signedIn ?? rememberedName());
  const [note, setNote] = useState('');
  const [override, setOverride] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const gated = state === 'champion' || state === 'challenger';
  const gate = useAnswer('getModelGate', gated ? { params: { version: model.version } } : undefined, 60_000);
  const shut = gated && gate.data !== undefined && !gate.data.passed;
  const ready = who.trim() !== '' && (!gated || gate.data !== undefined) && (!shut || override.trim() !== '');

  async function move(): Promise<void> {
    setBusy(true);
    rememberName(who.trim());
    const said = await call('moveModel', {
      params: { version: model.version },
      body: {
        state,
        who: who.trim(),
        note: note.trim(),
        ...(state === 'challenger' && { share: share / 100 }),
        ...(shut && { override: override.trim() }),
      },
    }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    setBusy(false);
    if (said !== undefined) return setProblem(said);
    props.onMoved();
    props.onClose();
  }

  return (
    <Dialog title={`Move ${model.version}`} onClose={props.onClose}>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="New state"
        data={targets.map(({ value, label }) => ({ value, label }))}
        value={state}
        onChange={(value) => setState(value as ModelState)}
      />
      <p className="muted">{targets.find(({ value }) => value === state)?.about}</p>
      {state === 'challenger' && (
        <NumberInput
          label="Share of the accounts (%)"
          size="xs"
          min={0.1}
          max={99}
          value={share}
          onChange={(v) => setShare(Number(v))}
        />
      )}
      {gated && (
        <div className="gate">
          <b>Gate</b>
          {gate.problem && <p className="problem">{gate.problem}</p>}
          {!gate.data && !gate.problem && (
            <p className="muted">Measuring on the latest labelled transactions …</p>
          )}
          {gate.data?.checks.map((check) => (
            <div key={check.name} className={check.passed ? 'passed' : 'failed'}>
              <span>
                {check.passed ? '✓' : '✕'} {check.name}
              </span>
              <span>{check.text}</span>
            </div>
          ))}
        </div>
      )}
      {shut && (
        <Textarea
          label="The gate does not open. Why nevertheless?"
          description="It is kept in the history of the model."
          size="xs"
          autosize
          value={override}
          onChange={(event) => setOverride(event.currentTarget.value)}
        />
      )}
      {signedIn === undefined && (
        <TextInput
          label="Your name"
          size="xs"
          required
          value={who}
          onChange={(event) => setWho(event.currentTarget.value)}
        />
      )}
      <Textarea
        label="Note"
        size="xs"
        autosize
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Problem text={problem} />
      <div className="actions">
        <Button variant="default" size="xs" onClick={props.onClose}>
          Cancel
        </Button>
        <Button
          size="xs"
          disabled={!ready}
          loading={busy}
          color={shut ? 'red' : 'teal'}
          onClick={() => void move()}
        >
          {shut ? 'Move although the gate is shut' : 'Move'}
        </Button>
      </div>
    </Dialog>
  );
}
