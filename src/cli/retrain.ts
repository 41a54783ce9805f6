// ./goshawk retrain: has a running desk train a candidate from what it decided and was told.
import { InputError } from '../domain/input-error.ts';
import { deskAt, URL_OPTION } from './desk-api.ts';
import { helpText, type OptionSpec, readOptions } from './options.ts';
import { createProgress } from './progress.ts';

const LOOK_MS = 500;
const SPECS: Readonly<Record<string, OptionSpec>> = {
  url: URL_OPTION,
  who: { type: 'string', value: 'NAME', help: 'who does it; kept with the model' },
  note: { type: 'string', value: 'TEXT', help: 'why; kept with the model' },
  help: { type: 'boolean', help: 'show this text' },
};

export async function retrainCommand(args: readonly string[]): Promise<void> {
  const options = readOptions('retrain', args, SPECS);
  if (options.flag('help')) {
    const about =
      'Trains a candidate from the decisions of a running desk whose labels are in, measures it on later ones, and files it.\n' +
      'It decides nothing until it is moved (page Models, docs/models.md). --retrain-hours of serve and server does it by the clock.';
    console.log(helpText('./goshawk retrain --who NAME [options]', about, SPECS));
    return;
  }
  const { call } = deskAt(options.text('url') ?? URL_OPTION.default);
  const who = options.text('who');
  if (!who) throw new InputError('--who is required: your name, kept with the model.');
  const note = options.text('note') ?? '';
  await call('retrainModel', { body: { who, note } });
  const progress = createProgress('Retraining');
  for (;;) {
    const { retraining } = await call('listModels');
    if (!retraining.running) {
      progress.end(retraining.last?.ok ? 'done' : 'ended');
      if (!retraining.last?.ok)
        throw new InputError(retraining.last?.text ?? 'The training ended without a word.');
      console.log(`${retraining.last.text}. Filed as a candidate.`);
      return;
    }
    progress.update(retraining.done, 1, retraining.step);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
