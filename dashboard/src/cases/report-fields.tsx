// What has to be filled in for a report; what stays the same from one to the next is remembered in this browser.
import { NumberInput, TextInput } from '@mantine/core';

const KEPT = 'goshawk-report';
type Kept = {
  readonly entity: number;
  readonly institution: string;
  readonly currency: string;
  readonly indicators: string;
};
const NONE: Kept = { entity: 1, institution: '', currency: 'EUR', indicators: '' };

export type Filled = Kept & {
  /** As they are typed: USD=0.92 GBP=1.17. */
  readonly rates: string;
  /** What was done about it. */
  readonly action: string;
};

/** What was filled in last time in this browser. */
export function remembered(): Kept {
  try {
    return { ...NONE, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Kept>) };
  } catch {
    return NONE;
  }
}

export const remember = ({ entity, institution, currency, indicators }: Filled): void =>
  localStorage.setItem(KEPT, JSON.stringify({ entity, institution, currency, indicators }));

export function ReportFields(props: {
  readonly filled: Filled;
  readonly wantsIndicators: boolean;
  readonly onChange: (more: Partial<Filled>) => void;
}) {
  const { filled, wantsIndicators, onChange } = props;
  return (
    <>
      <NumberInput
        label="Number of the reporting entity"
        size="xs"
        required
        min={1}
        value={filled.entity}
        onChange={(value) => onChange({ entity: Number(value) || 1 })}
      />
      <TextInput
        label="Code of the institution"
        size="xs"
        mt={8}
        required
        value={filled.institution}
        onChange={(event) => onChange({ institution: event.currentTarget.value })}
      />
      <TextInput
        label="Local currency"
        size="xs"
        mt={8}
        required
        maxLength={3}
        value={filled.currency}
        onChange={(event) => onChange({ currency: event.currentTarget.value.toUpperCase() })}
      />
      <TextInput
        label="Worth of other currencies"
        description="Such as USD=0.92 GBP=1.17; else the rates that the decisions were made with"
        size="xs"
        mt={8}
        value={filled.rates}
        onChange={(event) => onChange({ rates: event.currentTarget.value.toUpperCase() })}
      />
      <TextInput
        label="Indicators"
        description="Codes of your intelligence unit"
        size="xs"
        mt={8}
        required={wantsIndicators}
        value={filled.indicators}
        onChange={(event) => onChange({ indicators: event.currentTarget.value })}
      />
      <TextInput
        label="What was done about it"
        size="xs"
        mt={8}
        value={filled.action}
        onChange={(event) => onChange({ action: event.currentTarget.value })}
      />
    </>
  );
}
