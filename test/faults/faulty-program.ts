// Preloaded (--import) into a worker, it makes a program with a fault of it: an amount that no history can take. A mended
// program is the same without it.
import { History } from '../../src/features/history.ts';
import { POISONED_AMOUNT_MINOR } from './poison.ts';

const { add } = History.prototype;
History.prototype.add = function (time, amountMinor) {
  if (amountMinor === POISONED_AMOUNT_MINOR) throw new TypeError('the history is no function');
  return add.call(this, time, amountMinor);
};
