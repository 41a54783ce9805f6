// Notifications: who is told of what, and whether it arrived.
import { Button, MultiSelect, NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Answer } from '../../../src/client/api.ts';
import { EVENT_TYPES } from '../../../src/domain/event.ts';
import type { Channel, Delivery } from '../../../src/protocol/notifications.ts';
import { FormDialog, useConfirm } from '../kit/dialog.tsx';
import { needed, useSentForm } from '../kit/form.ts';
import { count, dateTime } from '../kit/format.ts';
import { Panel, Problem } from '../kit/parts.tsx';
import { Secret } from '../kit/secret.tsx';
import { actions, type Column, Table } from '../kit/table.tsx';
import { BaseSum } from '../live/base-sum.tsx';
import { call, useAnswer } from '../live/desk.ts';

export function Channels() {
  const { data, problem, again } = useAnswer('listChannels', {}, 5000);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const { ask, question } = useConfirm();
  function run(work: Promise<unknown>): void {
    work
      .then(
        () => setRefused(undefined),
        (error: Error) => setRefused(error.message),
      )
      .finally(again);
  }
  const remove = ({ id, target }: Channel): void =>
    ask({
      title: 'Remove the channel?',
      about: `${target} hears of nothing any more. Its secret does not come back: a new channel has another one.`,
      action: 'Remove',
      destroys: true,
      onYes: () => run(call('removeChannel', { params: { id } })),
    });
  return (
    <>
      <Panel
        title="Notifications"
        note={
          <Button size="compact-xs" onClick={() => setAdding(true)}>
            New channel …
          </Button>
        }
      >
        <Problem text={problem ?? refused} />
        <Table
          label="Channels"
          rows={data?.channels}
          rowKey={({ id }) => id}
          columns={[
            ...CHANNEL,
            actions<Channel>((channel) => (
              <ChannelActions channel={channel} run={run} onRemove={() => remove(channel)} />
            )),
          ]}
          mark={({ enabled }) => ({ isFaded: !enabled })}
          empty="Nobody is told. A webhook or a mailbox hears of alerts, cases, rules and models."
        />
      </Panel>
      {data && data.deliveries.length > 0 && <Deliveries answer={data} />}
      {question}
      {adding && (
        <NewChannel
          canMail={data?.canMail === true}
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false);
            setSecret(made ?? undefined);
            again();
          }}
        />
      )}
      {secret && (
        <Secret
          title="The webhook’s secret"
          about="It is shown this once. The receiver checks signatures with it; docs/notifications.md says how."
          label="Secret"
          text={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
}

const CHANNEL: readonly Column<Channel>[] = [
  {
    title: 'To',
    hint: ({ target }) => target,
    cell: (channel) => (
      <>
        {channel.target}
        <ChannelState channel={channel} />
      </>
    ),
    sortBy: ({ target }) => target,
  },
  { title: 'Hears of', hint: ({ events }) => events.join(', '), cell: ({ events }) => events.join(', ') },
  {
    title: 'Alerts from',
    right: true,
    cell: ({ minLossMinor }) => <BaseSum hundredths={minLossMinor} />,
    sortBy: ({ minLossMinor }) => minLossMinor,
  },
];

function ChannelActions(props: {
  readonly channel: Channel;
  readonly run: (work: Promise<unknown>) => void;
  readonly onRemove: () => void;
}) {
  const { channel, run, onRemove } = props;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        mr={6}
        disabled={!channel.enabled}
        onClick={() => run(call('testChannel', { params: { id: channel.id } }))}
      >
        Test
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        mr={6}
        onClick={() =>
          run(
            call('enableChannel', {
              params: { id: channel.id },
              body: { enabled: !channel.enabled },
            }),
          )
        }
      >
        {channel.enabled ? 'Pause' : 'Go on'}
      </Button>
      <Button size="compact-xs" variant="default" onClick={onRemove}>
        Remove
      </Button>
    </>
  );
}

function Deliveries(props: { readonly answer: Answer<'listChannels'> }) {
  const { answer } = props;
  const channelOf = new Map(answer.channels.map((channel) => [channel.id, channel]));
  return (
    <Panel
      title="Deliveries"
      note={
        answer.failing + answer.givenUp > 0 ? (
          <span className="overdue">
            {count(answer.failing)} failing, {count(answer.givenUp)} given up
          </span>
        ) : (
          'all arrived'
        )
      }
    >
      <Table
        label="Deliveries"
        rows={answer.deliveries}
        rowKey={({ id }) => id}
        columns={[
          { title: 'Event', cell: ({ event }) => event },
          { title: 'To', cell: ({ channel }) => channelOf.get(channel)?.target ?? 'removed' },
          { title: 'When', cell: ({ createdAt }) => dateTime(createdAt) },
          { title: 'Tries', right: true, cell: ({ attempts }) => attempts },
          {
            title: 'State',
            hint: ({ lastError }) => lastError,
            cell: (one) => (
              <span className={one.lastError ? 'overdue' : undefined}>
                {deliveryState(one, channelOf.get(one.channel))}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
}

/** Why nothing goes out by a channel, where nothing does. */
function ChannelState({ channel }: { readonly channel: Channel }) {
  const { enabled, stoppedBecause, heldUntil } = channel;
  if (stoppedBecause) {
    return <span className="overdue"> · stopped: the receiver says that it is gone ({stoppedBecause})</span>;
  }
  if (!enabled) return <span className="muted"> · paused</span>;
  if (!heldUntil || Date.parse(heldUntil) < Date.now()) return null;
  return <span className="muted"> · left alone until {dateTime(heldUntil)}: it is under load</span>;
}

function deliveryState(one: Delivery, channel: Channel | undefined): string {
  if (one.deliveredAt) return '✓ arrived';
  if (one.givenUp) return `✕ given up: ${one.lastError}`;
  if (channel && !channel.enabled) return 'waits until the channel goes on';
  if (one.lastError) return `again ${one.nextAt ? dateTime(one.nextAt) : ''}: ${one.lastError}`;
  return 'on its way';
}

const HEARD = EVENT_TYPES.filter((event) => event !== 'test');

type Filled = {
  readonly kind: Channel['kind'];
  readonly target: string;
  readonly events: (typeof HEARD)[number][];
  /** In whole units of the currency. */
  readonly minLoss: number | string;
};
const EMPTY: Filled = { kind: 'webhook', target: '', events: ['alert.opened'], minLoss: 0 };

function NewChannel(props: {
  readonly canMail: boolean;
  readonly onClose: () => void;
  readonly onMade: (secret: string | null) => void;
}) {
  const form = useSentForm({
    initial: EMPTY,
    rules: {
      target: needed('Say where to.'),
      events: needed('Choose one at least.'),
    },
    async send({ kind, target, events, minLoss }) {
      const minLossMinor = Math.round(Number(minLoss) * 100);
      const made = await call('addChannel', { body: { kind, target: target.trim(), events, minLossMinor } });
      props.onMade(made.secret);
    },
  });
  const { fields, field } = form;
  const { kind } = fields.values;
  return (
    <FormDialog title="New channel" form={form} action="Add" onClose={props.onClose}>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="Kind"
        value={kind}
        onChange={(value) => fields.setFieldValue('kind', value)}
        data={[
          { value: 'webhook', label: 'Webhook' },
          { value: 'email', label: 'E-mail' },
        ]}
      />
      {kind === 'email' && !props.canMail && (
        <p className="muted">No mail can be sent yet: set SMTP_URL and SMTP_FROM and start the desk again.</p>
      )}
      <TextInput
        label={kind === 'webhook' ? 'Address' : 'Mailbox'}
        placeholder={kind === 'webhook' ? 'https://example.com/hook' : 'fraud@bank.example'}
        size="xs"
        mt={8}
        required
        data-autofocus
        {...field('target')}
      />
      <MultiSelect label="Hears of" size="xs" mt={8} data={HEARD} {...field('events')} />
      <NumberInput label="Alerts from this expected loss on" size="xs" mt={8} min={0} {...field('minLoss')} />
    </FormDialog>
  );
}
