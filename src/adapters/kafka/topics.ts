// The topics of a stream, made when they are not there.
import { Admin } from '@platformatic/kafka';
import { InputError } from '../../domain/input-error.ts';
import { isKafkaError, type KafkaClient } from './client.ts';
import { endOffsets } from './offsets.ts';
import type { KafkaSettings } from './settings.ts';

export type StreamTopics = {
  readonly transactions: string;
  readonly decisions: string;
  readonly deadLetters: string;
};

export const topicsWithPrefix = (prefix: string): StreamTopics => ({
  transactions: `${prefix}.transactions`,
  decisions: `${prefix}.decisions`,
  deadLetters: `${prefix}.dead-letters`,
});

export type TopicPlan = {
  readonly partitions: number;
  readonly replicas: number;
  readonly retentionMs: number;
};

/**
 * Number of partitions of the stream. Makes the topics that are missing; throws InputError when those that are
 * there do not fit together.
 */
export async function ensureTopics(
  settings: KafkaSettings,
  client: KafkaClient,
  topics: StreamTopics,
  plan: TopicPlan,
): Promise<number> {
  const { transactions, decisions, deadLetters } = topics;
  const existing = await client.topic(transactions, true);
  const partitions = existing?.leaders.length ?? plan.partitions;
  const missing: string[] = existing ? [] : [transactions];
  for (const name of [decisions, deadLetters]) {
    const found = await client.topic(name);
    if (!found) missing.push(name);
    else if (found.leaders.length !== partitions) {
      throw new InputError(
        `Topic ${name} has ${found.leaders.length} partitions and ${transactions} has ${partitions}; they must be as many.`,
      );
    }
  }
  if (missing.length === 0) return partitions;
  const { brokers, tls, sasl } = settings;
  const admin = new Admin({
    clientId: 'goshawk-admin',
    bootstrapBrokers: [...brokers],
    ...(tls && { tls }),
    ...(sasl && { sasl }),
  });
  try {
    await admin.createTopics({
      topics: missing,
      partitions,
      replicas: plan.replicas,
      configs: [
        { name: 'retention.ms', value: String(plan.retentionMs) },
        // What was acknowledged is on more than one broker where there is more than one.
        { name: 'min.insync.replicas', value: String(Math.max(1, plan.replicas - 1)) },
      ],
    });
  } catch (error) {
    // Another process was quicker.
    if (!isKafkaError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
  } finally {
    await admin.close();
  }
  for (const name of missing) await untilLed(client, name);
  return partitions;
}

const LED_MS = 10_000;

async function untilLed(client: KafkaClient, name: string): Promise<void> {
  const until = performance.now() + LED_MS;
  for (;;) {
    // The metadata names leaders a moment before they know of it themselves: they are asked.
    client.forget();
    const ends = await endOffsets(client, name).catch(() => undefined);
    if (ends) return;
    if (performance.now() > until) throw new Error(`topic ${name} was made, but its leaders do not answer`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
