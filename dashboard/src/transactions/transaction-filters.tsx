// What transactions are filtered by; the address bar holds it.
import { SegmentedControl, Select, TextInput } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { COUNTRIES } from '../../../src/domain/country.ts';
import { identifierForm } from '../../../src/domain/identifier-form.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { countryName } from '../kit/format.ts';
import { NOT_SHOWN } from '../kit/hidden.tsx';
import { useMay } from '../live/me.ts';
import { OUTCOMES } from './search.ts';
import type { TransactionFilter } from './transaction-search.ts';

/** What the address bar asks for. */
export function useTransactionFilter(): TransactionFilter {
  const { outcome = 'all', country = null, account } = useSearch({ from: '/transactions' });
  const sees = useMay('read_identifiers');
  // An address that somebody else sent may ask by what is hidden here.
  return { outcome, country, account: sees && account !== undefined ? identifierForm(account) : null };
}

export function TransactionFilters(props: { readonly filter: TransactionFilter }) {
  const { outcome, country, account } = props.filter;
  const sees = useMay('read_identifiers');
  const change = useChangeSearch<'/transactions'>();
  const search = (text: string): void => change({ account: text || undefined });
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Outcome"
        value={outcome}
        onChange={(value) => change({ outcome: OUTCOMES.find((one) => one === value) })}
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
        onChange={(value) => change({ country: value ?? undefined })}
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
