// What has to be filled in for a report; what stays the same from one to the next is remembered in this browser.
import { NumberInput, TextInput } from '@mantine/core';
import type { SentForm } from '../kit/form.ts';

const KEPT = 'goshawk-report';
type Kept = {
  readonly entity: number;
  readonly institution: string;
  readonly currency: string;
  readonly indicators: string;
};
const NONE: Kept = { entity: 1, institution: '', currency: 'EUR', indicators: '' };

/** Called as the desk calls them, so that what it refuses is told at its field. */
export type Filled = {
  readonly format: 'goaml' | 'json';
  readonly reportingEntityId: number | string;
  readonly institutionCode: string;
  readonly localCurrency: string;
  readonly indicators: string;
  /** As they are typed: USD=0.92 GBP=1.17. */
  readonly exchangeRates: string;
  /** What was done about it. */
  readonly action: string;
};

/** What was filled in last time in this browser. */
function kept(): Kept {
  try {
    return { ...NONE, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Kept>) };
  } catch {
    return NONE;
  }
}

export function remembered(): Filled {
  const { entity, institution, currency, indicators } = kept();
  return {
    format: 'goaml',
    reportingEntityId: entity,
    institutionCode: institution,
    localCurrency: currency,
    indicators,
    exchangeRates: '',
    action: '',
  };
}

export function remember(filled: Filled): void {
  const kept: Kept = {
    entity: Number(filled.reportingEntityId),
    institution: filled.institutionCode,
    currency: filled.localCurrency,
    indicators: filled.indicators,
  };
  localStorage.setItem(KEPT, JSON.stringify(kept));
}

export function ReportFields({ form }: { readonly form: SentForm<Filled> }) {
  const { fields, field } = form;
  return (
    <>
      <NumberInput
        label="Number of the reporting entity"
        size="xs"
        required
        min={1}
        {...field('reportingEntityId')}
      />
      <TextInput label="Code of the institution" size="xs" mt={8} required {...field('institutionCode')} />
      <TextInput
        label="Local currency"
        size="xs"
        mt={8}
        required
        maxLength={3}
        {...field('localCurrency')}
        onChange={(event) => fields.setFieldValue('localCurrency', event.currentTarget.value.toUpperCase())}
      />
      <TextInput
        label="Worth of other currencies"
        description="Such as USD=0.92 GBP=1.17; else the rates that the decisions were made with"
        size="xs"
        mt={8}
        {...field('exchangeRates')}
        onChange={(event) => fields.setFieldValue('exchangeRates', event.currentTarget.value.toUpperCase())}
      />
      <TextInput
        label="Indicators"
        description="Codes of your intelligence unit"
        size="xs"
        mt={8}
        required={fields.values.format === 'goaml'}
        {...field('indicators')}
      />
      <TextInput label="What was done about it" size="xs" mt={8} {...field('action')} />
    </>
  );
}
