// What the address of the alerts says: one alert, or a view of the queue and its filters.
import { ALERT_SORTS, ALERT_VIEWS } from '../../../src/domain/alert.ts';
import { amount, oneOf, ordinal, searchOf, text } from '../kit/search.ts';

export const alertsSearch = searchOf((given) => ({
  alert: ordinal(given.alert),
  view: oneOf(ALERT_VIEWS, given.view),
  sort: oneOf(ALERT_SORTS, given.sort),
  search: text(given.search),
  /** Expected loss from, in the base currency. */
  loss: amount(given.loss),
}));
