// Settings: people and their roles, API keys, the audit trail, one's own password.
import { SegmentedControl } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { AuditTrail } from '../audit/index.ts';
import { Erasures } from '../erasures/index.ts';
import { useChangeSearch } from '../kit/change-search.ts';
import { useMay } from '../live/me.ts';
import { Channels } from '../notifications/index.ts';
import { ApiKeys, PeopleTable } from '../people/index.ts';
import { ExchangeRates } from '../rates/index.ts';
import { DeskSettings } from './desk-settings.tsx';
import { PARTS } from './search.ts';

export function Settings() {
  const { part: asked } = useSearch({ from: '/settings' });
  const change = useChangeSearch<'/settings'>();
  const administers = useMay('administer');
  const audits = useMay('read_audit');
  const erases = useMay('erase_people');
  const parts = [
    ...(administers
      ? [
          { value: 'people', label: 'People' },
          { value: 'keys', label: 'API keys' },
          { value: 'notifications', label: 'Notifications' },
          { value: 'desk', label: 'Desk' },
        ]
      : []),
    ...(audits ? [{ value: 'audit', label: 'Audit trail' }] : []),
    ...(erases ? [{ value: 'erasures', label: 'Erasures' }] : []),
    { value: 'rates', label: 'Exchange rates' },
  ];
  const part = parts.find(({ value }) => value === asked)?.value ?? parts[0].value;
  return (
    <>
      <div className="parts-of-settings">
        <SegmentedControl
          size="xs"
          aria-label="Settings"
          data={parts}
          value={part}
          onChange={(value) => change({ part: PARTS.find((one) => one === value) })}
        />
      </div>
      {part === 'people' && <PeopleTable />}
      {part === 'keys' && <ApiKeys />}
      {part === 'notifications' && <Channels />}
      {part === 'desk' && <DeskSettings />}
      {part === 'rates' && <ExchangeRates />}
      {part === 'audit' && <AuditTrail />}
      {part === 'erasures' && <Erasures />}
    </>
  );
}
