// Reads a file of exchange rates in a thread of its own: thirty years of them take a fifth of a second.
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../domain/input-error.ts';
import { type ReferenceRates, readReferenceRates } from '../../formats/reference-rates.ts';

export type RateWork = { readonly text: string; readonly nowMs: number };
export type RatesRead =
  | ({ readonly ok: true } & ReferenceRates)
  | { readonly ok: false; readonly problem: string };

function read({ text, nowMs }: RateWork): RatesRead {
  try {
    return { ok: true, ...readReferenceRates(text, nowMs) };
  } catch (error) {
    if (error instanceof InputError) return { ok: false, problem: error.message };
    throw error;
  }
}

parentPort?.postMessage(read(workerData as RateWork));
