// Every operation of the API. Whoever adds a capability names its module twice: for the document and for the types of clients.
import * as alerts from './alerts.ts';
import * as audit from './audit.ts';
import * as cases from './cases.ts';
import * as catalogue from './catalogue.ts';
import * as deadLetters from './dead-letters.ts';
import * as decisions from './decisions.ts';
import * as erasures from './erasures.ts';
import * as events from './events.ts';
import * as featureValues from './feature-values.ts';
import * as feed from './feed.ts';
import * as figures from './figures.ts';
import * as fileImports from './file-imports.ts';
import * as labels from './labels.ts';
import * as links from './links.ts';
import * as lists from './lists.ts';
import * as modelPanel from './model-panel.ts';
import * as models from './models.ts';
import * as notifications from './notifications.ts';
import * as observedFields from './observed-fields.ts';
import type { OperationShape } from './operation.ts';
import * as people from './people.ts';
import * as pipeline from './pipeline.ts';
import * as proposals from './proposals.ts';
import * as rates from './rates.ts';
import * as rules from './rules.ts';
import * as settings from './settings.ts';
import * as signIn from './sign-in.ts';
import * as simulator from './simulator.ts';
import * as transactions from './transactions.ts';
import * as unbiased from './unbiased.ts';
import * as views from './views.ts';

/** The operations that a module holds, by their names. */
type OperationsOf<M> = {
  readonly [K in keyof M as M[K] extends OperationShape ? M[K]['id'] : never]: M[K];
};

/** Every operation by its name, with its types. */
export type Api = OperationsOf<typeof decisions> &
  OperationsOf<typeof labels> &
  OperationsOf<typeof transactions> &
  OperationsOf<typeof events> &
  OperationsOf<typeof links> &
  OperationsOf<typeof alerts> &
  OperationsOf<typeof cases> &
  OperationsOf<typeof modelPanel> &
  OperationsOf<typeof rules> &
  OperationsOf<typeof catalogue> &
  OperationsOf<typeof featureValues> &
  OperationsOf<typeof lists> &
  OperationsOf<typeof figures> &
  OperationsOf<typeof pipeline> &
  OperationsOf<typeof rates> &
  OperationsOf<typeof proposals> &
  OperationsOf<typeof settings> &
  OperationsOf<typeof simulator> &
  OperationsOf<typeof views> &
  OperationsOf<typeof models> &
  OperationsOf<typeof unbiased> &
  OperationsOf<typeof deadLetters> &
  OperationsOf<typeof feed> &
  OperationsOf<typeof people> &
  OperationsOf<typeof signIn> &
  OperationsOf<typeof audit> &
  OperationsOf<typeof notifications> &
  OperationsOf<typeof observedFields> &
  OperationsOf<typeof fileImports> &
  OperationsOf<typeof erasures>;

const isOperation = (value: unknown): value is OperationShape =>
  typeof value === 'object' && value !== null && 'method' in value && 'answers' in value;

export const OPERATIONS: readonly OperationShape[] = [
  decisions,
  labels,
  transactions,
  events,
  links,
  alerts,
  cases,
  modelPanel,
  rules,
  catalogue,
  featureValues,
  lists,
  figures,
  feed,
  pipeline,
  rates,
  proposals,
  settings,
  simulator,
  views,
  models,
  unbiased,
  deadLetters,
  people,
  signIn,
  audit,
  notifications,
  observedFields,
  fileImports,
  erasures,
].flatMap((capability) => Object.values(capability).filter(isOperation));

type Place = {
  readonly method: string;
  readonly path: string;
  readonly pathByAnyId?: string;
  readonly repeatable: boolean;
};

/** Where each operation is, and whether it may be tried again: what a client needs of it while it runs. */
export const placesOf = (operations: readonly OperationShape[]): Readonly<Record<string, Place>> =>
  Object.fromEntries(
    operations.map(({ id, method, path, pathByAnyId, repeatable }) => [
      id,
      {
        method,
        path,
        ...(pathByAnyId !== undefined && { pathByAnyId }),
        repeatable: repeatable ?? (method === 'GET' || method === 'PUT' || method === 'DELETE'),
      },
    ]),
  );
