// What transactions are filtered by; the address bar holds it.
import { SegmentedControl, Select, TextInput } from '@mantine/core';
import { COUNTRIES } from '../../../src/domain/country.ts';
import { identifierForm } from '../../../src/domain/identifier-form.ts';
import { countryName } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import type { TransactionFilter } from './transaction-search.ts';

/** What the address bar asks for. */
export function useTransactionFilter(): TransactionFilter {
  const { query } = useRoute();
  const sees = useMay('read_identifiers');
  // An address that somebody else sent may ask by what is hidden here.
  const named = sees ? query.get('account') : null;
  return {
    outcome: query.get('outcome') ?? 'all',
    country: query.get('country'),
    account: named === null ? null : identifierForm(named),
  };
}

export function TransactionFilters(props: { readonly filter: TransactionFilter }) {
  const { outcome, country, account } = props.filter;
  const sees = useMay('read_identifiers');
  const search = (text: string): void => setQuery({ account: text || undefined });
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Outcome"
        value={outcome}
        onChange={(value) => setQuery({ outcome: value === 'all' ? undefined : value })}
        data={[
          { value: 'all', label: 'All' },
          { value: 'flagged', label: 'Flagged' },
          { value: 'review', label: 'Review' },
          { value: 'decline', label: 'Declined' },
        ]}
      />
      <Select
        size="xs"
        aria-label="Country"
        placeholder="Country"
        clearable
        searchable
        value={country}
        onChange={(value) => setQuery({ country: value ?? undefined })}
        data={[...COUNTRIES.keys()].map((code) => ({ value: code, label: countryName(code) }))}
        w={150}
      />
      <TextInput
        size="xs"
        aria-label="Account"
        placeholder={sees ? 'Account id' : 'Account: hidden'}
        disabled={!sees}
        title={sees ? undefined : NOT_SHOWN}
        defaultValue={account ?? ''}
        key={account ?? ''}
        onKeyDown={(event) => event.key === 'Enter' && search(event.currentTarget.value)}
        onBlur={(event) => {
          if ((event.currentTarget.value || null) !== account) search(event.currentTarget.value);
        }}
        w={130}
      />
    </>
  );
}
