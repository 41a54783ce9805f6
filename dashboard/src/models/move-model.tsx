// A model's way to another state: what the gate says, who answers for it, and why.
import { NumberInput, SegmentedControl, Textarea } from '@mantine/core';
import type { ModelState } from '../../../src/domain/model-state.ts';
import type { Model } from '../../../src/protocol/models.ts';
import { FormDialog } from '../kit/dialog.tsx';
import { useSentForm } from '../kit/form.ts';
import { type Asked, call, useAnswer } from '../live/desk.ts';
import { useSignedInName } from '../live/me.ts';
import { rememberedName, rememberName } from './remembered-name.ts';
import { NAME_NEEDED, YourName } from './your-name.tsx';

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

type Filled = {
  readonly state: ModelState;
  /** In percent. */
  readonly share: number | string;
  readonly who: string;
  readonly note: string;
  readonly override: string;
};

function useGate(version: string, state: ModelState) {
  const isGated = state === 'champion' || state === 'challenger';
  const gate = useAnswer('getModelGate', isGated ? { params: { version } } : undefined, 60_000);
  const isShut = isGated && gate.data !== undefined && !gate.data.passed;
  return { gate, isGated, isShut, isAwaited: isGated && gate.data === undefined };
}

export function MoveModel(props: {
  readonly model: Model;
  readonly onClose: () => void;
  readonly onMoved: () => void;
}) {
  const { version, state: now } = props.model;
  const targets = TARGETS.filter(({ value }) => value !== now);
  const signedIn = useSignedInName();
  const form = useSentForm<Filled>({
    initial: {
      state: targets[0].value,
      share: 10,
      who: signedIn ?? rememberedName(),
      note: '',
      override: '',
    },
    rules: NAME_NEEDED,
    async send(filled) {
      const { state, share, override } = filled;
      const who = filled.who.trim();
      rememberName(who);
      const body = {
        state,
        who,
        note: filled.note.trim(),
        ...(state === 'challenger' && { share: Number(share) / 100 }),
        ...(isShut && { override: override.trim() }),
      };
      await call('moveModel', { params: { version }, body });
      props.onMoved();
      props.onClose();
    },
  });
  const { fields, field } = form;
  const { state, override } = fields.values;
  const { gate, isGated, isShut, isAwaited } = useGate(version, state);
  return (
    <FormDialog
      title={`Move ${version}`}
      form={form}
      action={isShut ? 'Move although the gate is shut' : 'Move'}
      destroys={isShut}
      disabled={isAwaited || (isShut && override.trim() === '')}
      onClose={props.onClose}
    >
      <Targets state={state} targets={targets} onState={(next) => fields.setFieldValue('state', next)} />
      {state === 'challenger' && (
        <NumberInput label="Share of the accounts (%)" size="xs" min={0.1} max={99} {...field('share')} />
      )}
      {isGated && <Gate {...gate} />}
      {isShut && (
        <Textarea
          label="The gate does not open. Why nevertheless?"
          description="It is kept in the history of the model."
          size="xs"
          autosize
          {...field('override')}
        />
      )}
      <YourName field={field} />
      <Textarea label="Note" size="xs" autosize {...field('note')} />
    </FormDialog>
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
