// Several boosted models on other draws of rows and columns, as one: chance in what each tree saw evens out (bagging,
// Breiman 1996). It costs as many times as much to train and to score.
import { joinEnsembles } from '../models/join-trees.ts';
import { BOOSTING_DEFAULTS, type Boosted, type BoostingOptions, trainBoosting } from './boosting.ts';

export const MOST_BAGS = 100;
export const BAG_DEFAULTS = { ...BOOSTING_DEFAULTS, bags: 1 } as const;

export type BagOptions = BoostingOptions & {
  /** How many models. */
  readonly bags?: number;
};

/** As `trainBoosting`; says the mean of what its models say. */
export async function trainBags(
  values: Float64Array,
  labels: Uint8Array,
  columns: number,
  { bags = BAG_DEFAULTS.bags, ...options }: BagOptions,
): Promise<Boosted> {
  if (bags === 1) return trainBoosting(values, labels, columns, options);
  const models: Boosted[] = [];
  for (let bag = 0; bag < bags; bag++) {
    models.push(
      await trainBoosting(values, labels, columns, {
        ...options,
        seed: options.seed * MOST_BAGS + bag,
        onProgress: (done, of) => options.onProgress?.(bag * of + done, bags * of),
      }),
    );
  }
  const outOfFold = models[0].outOfFold?.map(
    (_, row) => models.reduce((sum, model) => sum + (model.outOfFold?.[row] ?? Number.NaN), 0) / bags,
  );
  return {
    ensemble: joinEnsembles(models.map(({ ensemble }) => ensemble)),
    outOfFold,
    trees: models.reduce((sum, model) => sum + model.trees, 0),
  };
}
