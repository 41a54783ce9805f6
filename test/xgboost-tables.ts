// XGBoost on the raw columns of a CSV, trained on its early rows and tested on its late ones.
import { runPython } from './reference.ts';

const XGBOOST = `
import json, sys, numpy as np, pandas as pd, xgboost as xgb
from sklearn.metrics import average_precision_score
file, label, time, until, unseen, seeds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), json.loads(sys.argv[5]), int(sys.argv[6])
table = pd.read_csv(file)
y = table[label].to_numpy()
late = (table[time] >= until).to_numpy()
x = table.drop(columns=[label] + [name for name in unseen if name in table])
for name in x.columns:
    if not pd.api.types.is_numeric_dtype(x[name]):
        x[name] = x[name].astype('category')
a = xgb.DMatrix(x[~late], y[~late], enable_categorical=True)
b = xgb.DMatrix(x[late], y[late], enable_categorical=True)
def quality(**parameters):
    return [average_precision_score(y[late], xgb.train({'objective': 'binary:logistic', 'tree_method': 'hist', 'nthread': 2, 'seed': seed, **parameters},
        a, 200).predict(b)) for seed in range(seeds)]
print(json.dumps([quality(), quality(eta=0.05, max_depth=4, subsample=0.5)]))
`;

export type XgboostTable = {
  readonly file: string;
  readonly label: string;
  /** The column that says when, and from where on rows are tested. */
  readonly time: string;
  readonly until: number;
  /** Columns that it does not see. */
  readonly unseen: readonly string[];
  readonly seeds: number;
};

/** Average precision by seed: as it comes, and with the depth, the learning rate and the share of rows that are ours. */
export function xgboostOn(table: XgboostTable): {
  readonly usual: readonly number[];
  readonly alike: readonly number[];
} {
  const { file, label, time, until, unseen, seeds } = table;
  const args = [file, label, time, String(until), JSON.stringify(unseen), String(seeds)];
  const [usual, alike] = JSON.parse(runPython(XGBOOST, args)) as number[][];
  return { usual, alike };
}
