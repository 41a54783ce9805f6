// A desk in a process of its own that takes a stream in from where its log ends and changes its catalogue meanwhile, until somebody
// kills it or both are done: node changing-desk.ts FOLDER SEED RECORDS [STEP at which it kills itself].
import { kill, pid } from 'node:process';
import { goLive, openFilling, send, untilLive } from './desks.ts';
import { documentOf, OWN, traffic } from './traffic.ts';

const [folder, seed, count, step] = process.argv.slice(2);
const records = traffic(Number(seed), Number(count));
const desk = await openFilling(folder);
const die = (): void => void kill(pid, 'SIGKILL');

const book = desk.office.catalogue;
const { move } = book;
Object.assign(book, {
  async move(...[version, from, to, ...more]: Parameters<typeof move>) {
    if (to === 'live' && step === 'before the book says so') die();
    if (to === 'filling' && step === 'before it is filled') die();
    const moved = await move(version, from, to, ...more);
    if (to === 'filling' && step === 'before the first record') die();
    if (to === 'live' && step === 'before it serves') die();
    return moved;
  },
});
const { serve } = desk.engine;
Object.assign(desk.engine, {
  serve(...next: Parameters<typeof serve>) {
    serve(...next);
    if (step === 'as soon as it serves') die();
  },
});

const at = desk.log.endOffset();
const sending = send(desk, records.slice(at));
const known = (await book.inState('filling')) ?? (await book.inState('live'));
process.stdout.write('changing\n');
if (known) await untilLive(desk, known.version);
else {
  const { version, said } = await goLive(desk, documentOf(OWN));
  if ('problem' in said) throw new Error(said.problem);
  await untilLive(desk, version);
}
await sending;
await desk.settled();
await desk.close();
