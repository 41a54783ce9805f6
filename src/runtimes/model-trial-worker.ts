// The thread that a model is tried in: it reads the file, and asks the model. What it takes ends with the thread.
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../domain/input-error.ts';
import { parseModel } from '../models/model.ts';
import { type ProbeRow, probeModel, wildRows } from '../models/probe.ts';
import { type CatalogueForThread, inThread } from './catalogue-in-thread.ts';

export type TrialWork = {
  readonly text: string;
  /** That it is to serve under. */
  readonly catalogue: CatalogueForThread;
  /** With vectors of that catalogue. */
  readonly rows: readonly ProbeRow[];
};
/** Why the model must not serve, or undefined. */
export type TrialResult = { readonly problem: string | undefined };

function problemOf({ text, rows, ...work }: TrialWork): string | undefined {
  try {
    const model = parseModel(text, 'The model');
    const catalogue = inThread(work.catalogue);
    const problem = probeModel(model, catalogue, [...wildRows(catalogue.size), ...rows], () =>
      performance.now(),
    );
    return problem && `The model cannot serve: ${problem}.`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    return `The model cannot be scored: ${(error as Error).message.slice(0, 200)}.`;
  }
}

const result: TrialResult = { problem: problemOf(workerData as TrialWork) };
parentPort?.postMessage(result);
