// Every move of every model, with what the gate said.
import type { ModelEvent } from '../../../src/protocol/models.ts';
import { dateTime, percent } from '../kit/format.ts';
import { Panel, Scroll } from '../kit/parts.tsx';

function moveText({ action, from, to, share }: ModelEvent): string {
  const move = action === 'filed' ? 'filed' : `${action}: ${from ?? 'new'} → ${to}`;
  return to === 'challenger' ? `${move} for ${percent(share)} of accounts` : move;
}

export function ModelHistory(props: { readonly events: readonly ModelEvent[] }) {
  return (
    <Panel title="History" note="every move, newest first">
      <Scroll label="History of the models">
        <table className="rows">
          <thead>
            <tr>
              <th>When</th>
              <th>Model</th>
              <th>What</th>
              <th>Who</th>
              <th>Note</th>
            </tr>
          </thead>
          <tbody>
            {props.events.map((event) => (
              <tr key={event.id} style={{ cursor: 'default' }}>
                <td>{dateTime(event.at)}</td>
                <td>
                  <code>{event.version}</code>
                </td>
                <td>{moveText(event)}</td>
                <td>{event.who}</td>
                <td title={event.gate?.map(({ passed, text }) => `${passed ? '✓' : '✕'} ${text}`).join('\n')}>
                  {event.note}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}
