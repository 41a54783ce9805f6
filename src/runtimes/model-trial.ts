// Trials of models in threads of their own, with memory and time that end: one at a time, the others wait.
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import { createVectorReader, type VectorReader } from '../engine/stored-vectors.ts';
import type { ProbeRow } from '../models/probe.ts';
import type { Desk } from '../ports/desk.ts';
import type { ModelTrial } from '../ports/model-trial.ts';
import type { StoredPast } from '../rules/past-columns.ts';
import { askThread } from './ask-thread.ts';
import { forThread } from './catalogue-in-thread.ts';
import type { TrialResult, TrialWork } from './model-trial-worker.ts';
import { oneAtATime } from './one-at-a-time.ts';

const STORED_ROWS = 300;
const LONGEST_MS = 40_000;
const MOST_WAITING = 4;
const REMEMBERED = 500;
/** A forest of a million nodes takes 300 MB to be explained. */
const RESOURCES = { maxOldGenerationSizeMb: 768, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 };
const WORKER = new URL('./model-trial-worker.ts', import.meta.url);

function toProbe(
  { type, channel, country, mcc, merchantId, ...row }: StoredPast,
  reader: VectorReader,
): ProbeRow {
  const transaction = {
    id: row.id,
    accountId: row.accountId ?? '',
    occurredAtMs: row.occurredAtMs,
    amountMinor: row.amountMinor,
    currency: row.currency ?? '',
    base: { amountMinor: row.baseMinor, currency: row.baseCurrency ?? '' },
    type,
    channel,
    country,
    ...(merchantId !== undefined && { merchant: { id: merchantId, mcc } }),
  };
  // Absent fields are undefined, which encodings take as missing.
  return {
    transaction: transaction as unknown as Transaction,
    vector: reader.read(row.vector, row.catalogueHash, row.filled),
  };
}

/** Why a model must not serve, or undefined, by a thread that reads and asks it. */
export async function tryInThread(work: TrialWork, longestMs = LONGEST_MS): Promise<string | undefined> {
  const answered = await askThread<TrialResult>(WORKER, work, RESOURCES, longestMs);
  switch (answered.kind) {
    case 'answer':
      return answered.answer.problem;
    case 'late':
      return `The model cannot serve: its trial took longer than ${longestMs / 1000} s.`;
    case 'memory':
      return `The model cannot serve: it takes more than ${RESOURCES.maxOldGenerationSizeMb} MB.`;
    case 'ended':
      return 'The model cannot serve: its trial ended without an answer.';
  }
}

export function createModelTrial(
  desk: Pick<Desk, 'models' | 'office' | 'catalogue' | 'catalogues'>,
): ModelTrial {
  const { models: registry, office } = desk;
  /** By the catalogue that a model was tried for, and its version. */
  const tried = new Map<string, Promise<string | undefined>>();
  const inTurn = oneAtATime(MOST_WAITING, 'Other models are being tried.', 10);

  const ofArtefact = (text: string): Promise<string | undefined> =>
    inTurn(async () => {
      const served = desk.catalogue.current();
      const reader = createVectorReader(served.catalogue, desk.catalogues);
      const { rows } = await office.past.page(undefined, STORED_ROWS);
      const probes = rows
        .filter(({ catalogueHash }) => reader.knows(catalogueHash))
        .map((row) => toProbe(row, reader));
      return tryInThread({ text, catalogue: forThread(served), rows: probes });
    });

  async function tryFiled(version: string): Promise<string | undefined> {
    try {
      const text = await registry.artefact(version);
      return text === undefined ? undefined : await ofArtefact(text);
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
  }

  return {
    ofArtefact,
    ofFiled(version) {
      const key = `${desk.catalogue.current().catalogue.hash} ${version}`;
      const known = tried.get(key);
      if (known) return known;
      const found = tryFiled(version);
      tried.set(key, found);
      for (const [oldest] of tried) {
        if (tried.size <= REMEMBERED) break;
        tried.delete(oldest);
      }
      found.catch(() => tried.delete(key));
      return found;
    },
  };
}
