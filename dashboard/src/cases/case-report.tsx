// The suspicious transaction report of a case, as a file.
import { NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { Problem } from '../kit/parts.tsx';

const KEPT = 'goshawk-report';
type Kept = { entity: number; institution: string; currency: string; indicators: string };
const NONE: Kept = { entity: 1, institution: '', currency: 'EUR', indicators: '' };

/** What was filled in last time in this browser. */
function remembered(): Kept {
  try {
    return { ...NONE, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Kept>) };
  } catch {
    return NONE;
  }
}

export function CaseReport(props: { readonly id: number; readonly onClose: () => void }) {
  const [format, setFormat] = useState('goaml');
  const [details, setDetails] = useState(remembered);
  const [rates, setRates] = useState('');
  const [action, setAction] = useState('');
  const [problem, setProblem] = useState<string>();
  const set = (more: Partial<Kept>): void => setDetails((now) => ({ ...now, ...more }));
  async function make(): Promise<void> {
    localStorage.setItem(KEPT, JSON.stringify(details));
    const exchangeRates = Object.fromEntries(
      [...rates.matchAll(/([A-Z]{3})\s*=\s*([\d.]+)/g)].map(([, currency, rate]) => [currency, Number(rate)]),
    );
    const answer = await fetch(`/v1/cases/${props.id}/report`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        format,
        reportingEntityId: details.entity,
        institutionCode: details.institution,
        localCurrency: details.currency,
        exchangeRates,
        indicators: details.indicators.split(/[\s,]+/).filter(Boolean),
        action,
      }),
    }).catch(() => undefined);
    if (!answer?.ok) {
      const body = (await answer?.json().catch(() => undefined)) as { detail?: string } | undefined;
      setProblem(body?.detail ?? 'The desk does not answer. Try again.');
      return;
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `case-${props.id}.${format === 'goaml' ? 'xml' : 'json'}`;
    link.click();
    URL.revokeObjectURL(link.href);
    props.onClose();
  }
  return (
    <Dialog title="Suspicious transaction report" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Format"
          value={format}
          onChange={setFormat}
          data={[
            { value: 'goaml', label: 'goAML XML' },
            { value: 'json', label: 'JSON' },
          ]}
        />
        <p className="muted">
          Holds every transaction of the case’s alerts and the narrative. What only the bank knows of a
          customer has to be added where the report is taken in.
        </p>
        <NumberInput
          label="Number of the reporting entity"
          size="xs"
          required
          min={1}
          value={details.entity}
          onChange={(value) => set({ entity: Number(value) || 1 })}
        />
        <TextInput
          label="Code of the institution"
          size="xs"
          mt={8}
          required
          value={details.institution}
          onChange={(event) => set({ institution: event.currentTarget.value })}
        />
        <TextInput
          label="Local currency"
          size="xs"
          mt={8}
          required
          maxLength={3}
          value={details.currency}
          onChange={(event) => set({ currency: event.currentTarget.value.toUpperCase() })}
        />
        <TextInput
          label="Worth of other currencies"
          description="Such as USD=0.92 GBP=1.17; else the rates that the decisions were made with"
          size="xs"
          mt={8}
          value={rates}
          onChange={(event) => setRates(event.currentTarget.value.toUpperCase())}
        />
        <TextInput
          label="Indicators"
          description="Codes of your intelligence unit"
          size="xs"
          mt={8}
          required={format === 'goaml'}
          value={details.indicators}
          onChange={(event) => set({ indicators: event.currentTarget.value })}
        />
        <TextInput
          label="What was done about it"
          size="xs"
          mt={8}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
        <Problem text={problem} />
        <DialogActions submit="Make the file" onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
