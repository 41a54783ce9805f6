// npm run faults -- --seed N --rounds M: faults on real services, again and again. Prints what each round found.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/domain/random.ts';
import { makeTemporaryFolder } from '../../src/stack/temporary-folder.ts';
import { FAULTS, SPARK_FAULTS } from './inflict.ts';
import { openInstallation } from './installation.ts';
import { DECIDERS } from './processes.ts';
import { runRound } from './round.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '10' },
    partitions: { type: 'string', default: '4' },
    rate: { type: 'string', default: '400' },
    seconds: { type: 'string', default: '12' },
    decider: { type: 'string', default: 'workers' },
    fault: { type: 'string', multiple: true },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run faults -- [--seed N] [--rounds M] [--partitions P] [--rate PER_SECOND] [--seconds S] [--decider D] [--fault NAME …] [--keep]\n' +
      `Deciders: ${DECIDERS.join(', ')}.\nFaults: ${FAULTS.join(', ')}; with Spark ${SPARK_FAULTS.join(', ')}. ` +
      'Without --fault, each round picks one to three by itself.',
  );
  process.exit(0);
}
const decider = DECIDERS.find((known) => known === values.decider) ?? 'workers';
const known = decider === 'workers' ? FAULTS : SPARK_FAULTS;
const wanted = known.filter((fault) => values.fault?.includes(fault));
const seed = Number(values.seed);
const rounds = Number(values.rounds);
const folder = makeTemporaryFolder('faults');
console.log(`Services, logs and data: ${folder}`);
const installation = await openInstallation(folder, Number(values.partitions));
const total = { accepted: 0, lost: 0, doubled: 0, different: 0, compared: 0, poisons: 0, poisonTrouble: 0 };
for (let number = 0; number < rounds; number++) {
  const random = createRandom(seed, number);
  const faults =
    wanted.length > 0
      ? wanted
      : Array.from({ length: 1 + random.below(3) }, () => known[random.below(known.length)]);
  const result = await runRound(installation, {
    seed: seed * 1000 + number,
    round: `s${seed}r${number}`,
    decider,
    faults,
    perSecond: Number(values.rate),
    seconds: Number(values.seconds),
    onNotice: () => undefined,
  });
  total.accepted += result.accepted;
  total.lost += result.lost.length;
  total.doubled += result.doubled.length;
  total.different += result.different.length;
  total.compared += result.compared;
  total.poisons += result.poisons;
  total.poisonTrouble += result.poisonTrouble.length;
  console.log(
    `round ${number + 1} of ${rounds} [${faults.join(', ')}]: ${result.accepted} accepted, ` +
      `${result.sent.answered} of ${result.sent.posted} posts answered, ${result.lost.length} lost, ` +
      `${result.doubled.length} doubled, ${result.different.length} of ${result.compared} different, ` +
      `${result.poisons} poisoned records, ${result.poisonTrouble.length} of them wrongly dealt with`,
  );
  for (const text of [...result.lost, ...result.doubled, ...result.different, ...result.poisonTrouble].slice(
    0,
    5,
  ))
    console.log(`  ${text}`);
}
await installation.stop();
console.log(JSON.stringify(total));
const failed = total.lost + total.doubled + total.different + total.poisonTrouble > 0;
if (!failed && !values.keep) rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
