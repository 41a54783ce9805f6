// The features of the program, as a document says features: the same language as that of one's own.
import { createHash } from 'node:crypto';
import { ACCOUNT_FEATURES, INBOUND_FEATURES } from './standard-account.ts';
import { MERCHANT_FEATURES, SHARED_FEATURES } from './standard-shared.ts';
import { CATEGORY_FEATURES, TRANSACTION_FEATURES } from './standard-transaction.ts';
import type { ProgramFeature } from './standard-words.ts';
import { windowWords } from './wording.ts';

/** In the order of a vector. */
export const PROGRAM: readonly ProgramFeature[] = [
  ...TRANSACTION_FEATURES,
  ...CATEGORY_FEATURES,
  ...ACCOUNT_FEATURES,
  ...MERCHANT_FEATURES,
  ...SHARED_FEATURES,
  ...INBOUND_FEATURES,
];

export const PROGRAM_FEATURES: readonly string[] = PROGRAM.map(({ definition }) => definition.name);

/** How the window of a feature is told; undefined where it has none. */
export const windowOf = ({ definition }: Pick<ProgramFeature, 'definition'>): string | undefined =>
  definition.kind === 'aggregate' && definition.window !== undefined
    ? windowWords(definition.window, definition.delay)
    : undefined;

/**
 * What was said of features that mean the same as before where nobody knows the place of a payment, which was the case for all
 * payments then: models of before go on to serve.
 */
const SAID_BEFORE: Readonly<Record<string, { readonly unit?: string; readonly description: string }>> = {
  hour: { unit: 'hour, UTC', description: 'Hour of the day, 0 to 23, UTC.' },
  day_of_week: { description: 'Day of the week, 0 Monday to 6 Sunday, UTC.' },
  is_night: { description: '1 from 00:00:00 to 06:59:59 UTC.' },
  is_weekend: { description: '1 on Saturday and Sunday, UTC.' },
};

/** Of the program's features as they are: models that were trained on them say it. */
export const CATALOGUE_HASH = createHash('sha256')
  .update(
    JSON.stringify(
      PROGRAM.map((feature) => {
        const { name, unit, description, missing } = feature.definition;
        return [
          name,
          SAID_BEFORE[name]?.unit ?? unit,
          windowOf(feature),
          SAID_BEFORE[name]?.description ?? description,
          missing,
        ];
      }),
    ),
  )
  .digest('hex')
  .slice(0, 16);
