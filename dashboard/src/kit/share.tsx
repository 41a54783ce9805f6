// A share with what it is of, and how sure it is: eleven cases are not told to a tenth of a percent.
import { wilsonInterval } from '../../../src/domain/wilson.ts';
import { count, percent } from './format.ts';

/** Of fewer cases the counts say more than a share. */
const FEW = 30;
const MANY = 3000;

export type ShareOf = { readonly hits: number; readonly of: number };

/** "28–79 %": where it lies, with a confidence of 95 %. */
export function intervalText({ hits, of }: ShareOf): string {
  const { low, high } = wilsonInterval(hits, of);
  const digits = of >= MANY ? 1 : 0;
  return `${(low * 100).toFixed(digits)}–${(high * 100).toFixed(digits)} %`;
}

/** "84 %", or "6 of 11" where there are few, or nothing where there is none. */
export function shareText({ hits, of }: ShareOf): string {
  if (of === 0) return '–';
  return of < FEW ? `${count(hits)} of ${count(of)}` : percent(hits / of, of >= MANY ? 1 : 0);
}

/** What stands small beside or below it. */
export function shareNote(share: ShareOf): string {
  if (share.of === 0) return 'none yet';
  const counts = share.of < FEW ? '' : `of ${count(share.of)} · `;
  return `${counts}${intervalText(share)}`;
}

export const CONFIDENCE = 'With a confidence of 95 % it lies within the range (Wilson interval)';

/** In a cell of a table. */
export function ShareCell(props: { readonly share: ShareOf }) {
  const { share } = props;
  if (share.of === 0) return <>–</>;
  return (
    <span className="both" title={`${count(share.hits)} of ${count(share.of)}. ${CONFIDENCE}`}>
      {shareText(share)}
      <small className="muted">{shareNote(share)}</small>
    </span>
  );
}
