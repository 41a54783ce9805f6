// Settings: people and their roles, API keys, the audit trail, one's own password.
import { SegmentedControl } from '@mantine/core';
import { AuditTrail } from '../audit/index.ts';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { Channels } from '../notifications/index.ts';
import { ApiKeys, PeopleTable } from '../people/index.ts';
import { ExchangeRates } from '../rates/index.ts';
import { DeskSettings } from './desk-settings.tsx';

export function Settings() {
  const { query } = useRoute();
  const administers = useMay('administer');
  const audits = useMay('read_audit');
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
    { value: 'rates', label: 'Exchange rates' },
  ];
  const part = parts.find(({ value }) => value === query.get('part'))?.value ?? parts[0].value;
  return (
    <>
      <div className="parts-of-settings">
        <SegmentedControl
          size="xs"
          aria-label="Settings"
          data={parts}
          value={part}
          onChange={(value) => setQuery({ part: value })}
        />
      </div>
      {part === 'people' && <PeopleTable />}
      {part === 'keys' && <ApiKeys />}
      {part === 'notifications' && <Channels />}
      {part === 'desk' && <DeskSettings />}
      {part === 'rates' && <ExchangeRates />}
      {part === 'audit' && <AuditTrail />}
    </>
  );
}
