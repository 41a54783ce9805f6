// ./goshawk model import of a model that reads features of one's own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer, parseModel } from '../src/models/model.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';

const MAIN = join(import.meta.dirname, '../src/cli/main.ts');
const folder = makeTemporaryFolder('model-import');
after(() => rmSync(folder, { recursive: true, force: true }));

const importing = (args: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, 'model', 'import', 'own.txt', ...args], {
    encoding: 'utf8',
    cwd: folder,
  });

/** One split of LightGBM, on an own feature. */
const LIGHTGBM = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=0
objective=binary sigmoid:1
feature_names=half
feature_infos=[0:10]
tree_sizes=300

Tree=0
num_leaves=2
num_cat=0
split_feature=0
split_gain=1
threshold=5
decision_type=2
left_child=-1
right_child=-2
leaf_value=-1 1
leaf_weight=10 10
leaf_count=10 10
internal_value=0
internal_weight=20
internal_count=20
is_linear=0
shrinkage=1


end of trees
`;

test('Y52: a model of elsewhere that reads features of one’s own is imported by their catalogue, and by no other', () => {
  const document = {
    format: 'goshawk-catalogue-1',
    standard: 'all',
    features: [
      { kind: 'expression', name: 'half', description: 'Half', expression: 'transaction.amount / 2.0' },
    ],
  };
  writeFileSync(join(folder, 'own.json'), JSON.stringify(document));
  writeFileSync(join(folder, 'own.txt'), LIGHTGBM);
  writeFileSync(
    join(folder, 'own.txt.check.csv'),
    'half,prediction\n1,0.2689414213699951\n9,0.7310585786300049\n',
  );
  const alone = importing(['--output', 'no.model']);
  assert.equal(alone.status, 1, alone.stderr);
  assert.match(alone.stderr, /half/);
  const made = importing(['--output', 'own.model', '--catalogue', 'own.json']);
  assert.equal(made.status, 0, made.stderr);
  const model = parseModel(readFileSync(join(folder, 'own.model'), 'utf8'), 'own.model');
  const checked = checkedCatalogue(document);
  if (!checked.ok) assert.fail(JSON.stringify(checked.problems));
  assert.deepEqual(model.info.features, ['half']);
  assert.ok(createScorer(model, checked.catalogue));
  assert.throws(() => createScorer(model, STANDARD), /half/);
});
