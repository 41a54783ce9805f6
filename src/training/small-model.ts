// A small model of a simulated stream, for tests that are about something else.
import { featuresOfSet } from '../features/sets.ts';
import { STANDARD } from '../features/standard.ts';
import type { Model } from '../models/model.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { createFeatureReplay } from './feature-replay.ts';
import { type Trainer, trainModel } from './train-model.ts';
import { createTableBuilder } from './training-table.ts';

export async function smallModel(
  trainer: Trainer,
  seed = 3,
  rows = 3000,
  catalogue = STANDARD,
): Promise<Model> {
  const simulator = createSimulator({ seed, rate: 0.05, startMs: Date.UTC(2026, 0, 1), fraudShare: 0.05 });
  const features = createFeatureReplay(catalogue);
  const builder = createTableBuilder(catalogue);
  for (let row = 0; row < rows; row++) {
    const { transaction, fraudType } = simulator.next();
    builder.add(transaction, features.next(transaction, undefined), fraudType !== undefined);
  }
  const { model } = await trainModel(builder.finish(), {
    source: 'simulation',
    features: featuresOfSet('all', catalogue),
    seed: 1,
    trainer,
    fraudWeight: 1,
    createdAtMs: 0,
  });
  return model;
}
