// What other rooms show of exchange rates.
export { ExchangeRates } from './exchange-rates.tsx';
