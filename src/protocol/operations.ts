// Every operation of the API.
import * as alerts from './alerts.ts';
import * as decisions from './decisions.ts';
import * as figures from './figures.ts';
import * as labels from './labels.ts';
import * as links from './links.ts';
import * as modelPanel from './model-panel.ts';
import type { OperationShape } from './operation.ts';
import * as pipeline from './pipeline.ts';
import * as transactions from './transactions.ts';

const isOperation = (value: unknown): value is OperationShape =>
  typeof value === 'object' && value !== null && 'method' in value && 'answers' in value;

export const OPERATIONS: readonly OperationShape[] = [
  decisions,
  labels,
  transactions,
  links,
  alerts,
  modelPanel,
  figures,
  pipeline,
].flatMap((capability) => Object.values(capability).filter(isOperation));
