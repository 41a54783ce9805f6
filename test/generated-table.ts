// A table whose structure is known, for what must hold of any: frauds where two numbers meet in some categories, with missing values, noise
// columns and a share of frauds that nothing explains.
import { createRandom } from '../src/domain/random.ts';

const NOISE_COLUMNS = 8;
const SHOPS = 40;

export function generatedTable(seed: number, rows: number): string {
  const random = createRandom(seed, 21);
  const risk = Array.from({ length: SHOPS }, () => (random.next() < 0.2 ? 1.2 : -0.4));
  const noise = Array.from({ length: NOISE_COLUMNS }, (_, k) => `n${k}`);
  const lines = [['row', 'amount', 'a', 'b', 'c', 'shop', 'known', ...noise, 'fraud'].join(',')];
  for (let row = 0; row < rows; row++) {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    const shop = random.below(SHOPS);
    const known = random.next() < 0.7;
    const amount = Math.exp(3 + random.normal());
    const score =
      -7 + 1.4 * a * b + 1.1 * Math.abs(c) + 1.2 * risk[shop] + (known ? -0.5 : 0.8) + 0.4 * Math.log(amount);
    const fraud = random.next() < 1 / (1 + Math.exp(-score));
    const missing = random.next() < (fraud ? 0.25 : 0.1);
    const cells = [
      row,
      amount.toFixed(2),
      a.toFixed(5),
      missing ? '' : b.toFixed(5),
      c.toFixed(5),
      `shop${shop}`,
      known,
    ];
    lines.push([...cells, ...noise.map(() => random.normal().toFixed(4)), fraud ? 1 : 0].join(','));
  }
  return lines.join('\n');
}
