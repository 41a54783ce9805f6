// The story of a transaction in a drawer, from any row; verdict buttons.
import { Drawer } from '@mantine/core';
import { rootRouteId, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useChangeSearch } from '../kit/change-search.ts';
import { Empty, Problem } from '../kit/parts.tsx';
import { call } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { Story, useStory } from './story-body.tsx';

export function StoryDrawer() {
  const { transaction: id } = useSearch({ from: rootRouteId });
  const change = useChangeSearch<'__root__'>();
  const may = useMay('label');
  const { story, failure, change: changeStory } = useStory(id);
  const [refused, setRefused] = useState('');
  function label(fraud: boolean): void {
    call('addLabels', { body: JSON.stringify({ transactionId: id, fraud }), type: 'application/json' }).then(
      () => {
        setRefused('');
        changeStory({ isFraud: fraud, fraudType: null });
      },
      (error: Error) => setRefused(`The verdict was not taken: ${error.message}`),
    );
  }
  return (
    <Drawer
      opened={id !== undefined}
      onClose={() => change({ transaction: undefined })}
      position="right"
      size={720}
      title={<span className="muted">Transaction {id}</span>}
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {failure && <Empty>{failure}</Empty>}
      <Problem text={refused} />
      {!failure && !story && <Empty>Loading …</Empty>}
      {story && <Story story={story} {...(may && { onLabel: label })} />}
    </Drawer>
  );
}
