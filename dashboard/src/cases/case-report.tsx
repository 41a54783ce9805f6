// The suspicious transaction report of a case, as a file.
import { SegmentedControl } from '@mantine/core';
import type { Arguments } from '../../../src/client/api.ts';
import { FormDialog } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { open } from '../live/desk.ts';
import { type Filled, ReportFields, remember, remembered } from './report-fields.tsx';

/** What was filled in, as the desk takes it. */
const bodyOf = (filled: Filled): Arguments<'reportCase'>['body'] => ({
  ...filled,
  reportingEntityId: Number(filled.reportingEntityId),
  exchangeRates: Object.fromEntries(
    [...filled.exchangeRates.matchAll(/([A-Z]{3})\s*=\s*([\d.]+)/g)].map(([, currency, rate]) => [
      currency,
      Number(rate),
    ]),
  ),
  indicators: filled.indicators.split(/[\s,]+/).filter(Boolean),
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
  const form = useSentForm<Filled>({
    initial: remembered(),
    rules: {
      reportingEntityId: needed('Give its number.'),
      institutionCode: needed('Give its code.'),
      localCurrency: needed('Give its code, such as EUR.'),
      indicators: (value, { format }) =>
        format === 'goaml' ? needed('Give one at least: a goAML report has to have it.')(value) : null,
    },
    async send(filled) {
      remember(filled);
      const answer = await open('reportCase', { params: { id }, body: bodyOf(filled) });
      save(await answer.blob(), `case-${id}.${filled.format === 'goaml' ? 'xml' : 'json'}`);
      onClose();
    },
  });
  const { fields } = form;
  return (
    <FormDialog title="Suspicious transaction report" form={form} action="Make the file" onClose={onClose}>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="Format"
        value={fields.values.format}
        onChange={(format) => fields.setFieldValue('format', format)}
        data={[
          { value: 'goaml', label: 'goAML XML' },
          { value: 'json', label: 'JSON' },
        ]}
      />
      <p className="muted">
        Holds every transaction of the case’s alerts and the narrative. What only the bank knows of a customer
        has to be added where the report is taken in.
      </p>
      <ReportFields form={form} />
    </FormDialog>
  );
}
