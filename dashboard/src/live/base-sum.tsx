// A sum in what the desk counts in.
import { hundredthsMoney } from '../kit/format.ts';
import { useLive } from './feed.ts';

/** Hundredths of the base currency's unit. */
export function BaseSum({ hundredths }: { readonly hundredths: number }) {
  const baseCurrency = useLive((state) => state.baseCurrency);
  return <>{hundredthsMoney(hundredths, baseCurrency)}</>;
}
