// A model's way to another state: what the gate says, who answers for it, and why.
import { Button, NumberInput, SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ModelState } from '../../../src/domain/model-state.ts';
import type { Model } from '../../../src/protocol/models.ts';
import { Dialog } from '../kit/dialog.tsx';
import { Problem } from '../kit/parts.tsx';
import { type Asked, call, useAnswer } from '../live/desk.ts';
import { useSignedInName } from '../live/me.ts';
import { rememberedName, rememberName } from './remembered-name.ts';
import { YourName } from './your-name.tsx';

type Target = { readonly value: ModelState; readonly label: string; readonly about: string };

const TARGETS: readonly Target[] = [
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
  const [who, setWho] = useState(useSignedInName() ?? rememberedName());
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
    const body = {
      state,
      who: who.trim(),
      note: note.trim(),
      ...(state === 'challenger' && { share: share / 100 }),
      ...(shut && { override: override.trim() }),
    };
    try {
      await call('moveModel', { params: { version: model.version }, body });
      props.onMoved();
      props.onClose();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  }

  return (
    <Dialog title={`Move ${model.version}`} onClose={props.onClose}>
      <Targets state={state} targets={targets} onState={setState} />
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
      {gated && <Gate {...gate} />}
      {shut && <Override text={override} onText={setOverride} />}
      <YourName who={who} onWho={setWho} />
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

function Targets(props: {
  readonly state: ModelState;
  readonly targets: readonly Target[];
  readonly onState: (state: ModelState) => void;
}) {
  const { state, targets, onState } = props;
  return (
    <>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="New state"
        data={targets.map(({ value, label }) => ({ value, label }))}
        value={state}
        onChange={onState}
      />
      <p className="muted">{targets.find(({ value }) => value === state)?.about}</p>
    </>
  );
}

function Gate(props: Asked<'getModelGate'>) {
  const { data, problem } = props;
  return (
    <div className="gate">
      <b>Gate</b>
      {problem && <p className="problem">{problem}</p>}
      {!data && !problem && <p className="muted">Measuring on the latest labelled transactions …</p>}
      {data?.checks.map((check) => (
        <div key={check.name} className={check.passed ? 'passed' : 'failed'}>
          <span>
            {check.passed ? '✓' : '✕'} {check.name}
          </span>
          <span>{check.text}</span>
        </div>
      ))}
    </div>
  );
}

function Override(props: { readonly text: string; readonly onText: (text: string) => void }) {
  return (
    <Textarea
      label="The gate does not open. Why nevertheless?"
      description="It is kept in the history of the model."
      size="xs"
      autosize
      value={props.text}
      onChange={(event) => props.onText(event.currentTarget.value)}
    />
  );
}
