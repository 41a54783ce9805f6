// An amount as it was stated and, where that is another currency, in what the desk counts in.
import type { Amount } from '../../../src/domain/base-amount.ts';
import { money } from './format.ts';

type Stated = Amount & { readonly base?: Amount | undefined };

/** For rows: the base amount stands small below. */
export function AmountCell({ row }: { readonly row: Stated }) {
  if (!row.base) return <>{money(row.amountMinor, row.currency)}</>;
  return (
    <span className="both" title={amountText(row)}>
      {money(row.amountMinor, row.currency)}
      <small className="muted">{money(row.base.amountMinor, row.base.currency)}</small>
    </span>
  );
}

/** For sentences. */
export const amountText = ({ amountMinor, currency, base }: Stated): string =>
  money(amountMinor, currency) + (base ? ` (${money(base.amountMinor, base.currency)})` : '');
