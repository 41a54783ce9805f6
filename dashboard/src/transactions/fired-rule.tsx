// A rule that fired: what it says, what it did, and which of its conditions held.
import type { TransactionStory } from '../../../src/protocol/transactions.ts';

export function FiredRule({ rule }: { readonly rule: TransactionStory['rules'][number] }) {
  return (
    <div
      className="reason"
      style={{ borderColor: rule.shadow || rule.action === 'tag' ? 'var(--line)' : 'var(--review)' }}
    >
      Rule <b>{rule.id}</b>: {rule.text}
      <span className="muted">
        {' '}
        v{rule.version} · {rule.shadow ? 'in shadow, without effect' : rule.action}
      </span>
      {rule.why !== null && <div>{rule.why}</div>}
      {rule.conditions.length > 0 && (
        <div className="conditions">
          {rule.conditions.map((condition) => (
            <span key={condition.text}>
              {condition.holds === null ? '?' : condition.holds ? '✓' : '✕'} <code>{condition.text}</code>{' '}
              <span className="muted">
                {condition.values
                  .filter(({ text }) => text !== condition.text)
                  .map(({ text, value }) => `${text} was ${value === null ? 'unknown' : String(value)}`)
                  .join(', ')}
              </span>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}
