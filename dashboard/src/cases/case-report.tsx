// The suspicious transaction report of a case, as a file.
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Arguments } from '../../../src/client/api.ts';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { Problem } from '../kit/parts.tsx';
import { open } from '../live/desk.ts';
import { type Filled, ReportFields, remember, remembered } from './report-fields.tsx';

type ReportBody = Arguments<'reportCase'>['body'];
type Format = ReportBody['format'];

/** What was filled in, as the desk takes it. */
const bodyOf = (format: Format, filled: Filled): ReportBody => ({
  format,
  reportingEntityId: filled.entity,
  institutionCode: filled.institution,
  localCurrency: filled.currency,
  exchangeRates: Object.fromEntries(
    [...filled.rates.matchAll(/([A-Z]{3})\s*=\s*([\d.]+)/g)].map(([, currency, rate]) => [
      currency,
      Number(rate),
    ]),
  ),
  indicators: filled.indicators.split(/[\s,]+/).filter(Boolean),
  action: filled.action,
});

/** Gives a file to the browser, which keeps it as it keeps what is downloaded. */
function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function CaseReport(props: { readonly id: number; readonly onClose: () => void }) {
  const { id, onClose } = props;
  const [format, setFormat] = useState<Format>('goaml');
  const [filled, setFilled] = useState<Filled>(() => ({ ...remembered(), rates: '', action: '' }));
  const [problem, setProblem] = useState<string>();
  async function make(): Promise<void> {
    remember(filled);
    try {
      const answer = await open('reportCase', { params: { id }, body: bodyOf(format, filled) });
      save(await answer.blob(), `case-${id}.${format === 'goaml' ? 'xml' : 'json'}`);
      onClose();
    } catch (error) {
      setProblem((error as Error).message);
    }
  }
  return (
    <Dialog title="Suspicious transaction report" onClose={onClose}>
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
          onChange={(value) => setFormat(value === 'json' ? 'json' : 'goaml')}
          data={[
            { value: 'goaml', label: 'goAML XML' },
            { value: 'json', label: 'JSON' },
          ]}
        />
        <p className="muted">
          Holds every transaction of the case’s alerts and the narrative. What only the bank knows of a
          customer has to be added where the report is taken in.
        </p>
        <ReportFields
          filled={filled}
          wantsIndicators={format === 'goaml'}
          onChange={(more) => setFilled((now) => ({ ...now, ...more }))}
        />
        <Problem text={problem} />
        <DialogActions submit="Make the file" onClose={onClose} />
      </form>
    </Dialog>
  );
}
