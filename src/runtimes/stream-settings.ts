// Where a distributed installation finds its servers, from the environment.
import { type KafkaSettings, kafkaSettings } from '../adapters/kafka/settings.ts';
import { type StreamTopics, type TopicPlan, topicsWithPrefix } from '../adapters/kafka/topics.ts';
import { InputError } from '../domain/input-error.ts';
import { maxAmountMinor } from './amount-limit.ts';
import { type CardSettings, cardSettingsFrom } from './card-settings.ts';
import { localTimeAsked } from './local-time.ts';
import { baseCurrencyAsked } from './money-in-service.ts';

export type StreamSettings = {
  readonly kafka: KafkaSettings;
  readonly topics: StreamTopics;
  readonly partitions: number;
  readonly replicas: number;
  readonly group: string;
  readonly sinkGroup: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** The most that one transaction may move, in minor units. */
  readonly maxAmountMinor: number;
  readonly cards: CardSettings;
  /** The base currency that was asked for. */
  readonly baseCurrency: string | undefined;
  /** How far the clocks of the time zone are ahead of UTC, where there is one. */
  readonly offsetAt: ((timeMs: number) => number) | undefined;
  /** Months that decisions are kept in the database. */
  readonly retentionMonths: number;
  /** Megabytes of account histories that a worker keeps at hand. */
  readonly cacheMegabytes: number;
  /** Megabytes a partition may have decided and not yet published; it takes no more records until they are out. */
  readonly outboxMegabytes: number;
  /** Milliseconds without Redis after which decisions are made without histories; undefined: they wait. */
  readonly fallbackAfterMs: number | undefined;
};

const TOPIC_PREFIX = /^[a-zA-Z0-9._-]{1,100}$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** The brokers and topics alone. Throws InputError that names the variable which is missing or wrong. */
export function kafkaNames(env: Environment): {
  readonly kafka: KafkaSettings;
  readonly prefix: string;
  readonly topics: StreamTopics;
} {
  const prefix = env.KAFKA_TOPIC_PREFIX ?? 'goshawk';
  if (!TOPIC_PREFIX.test(prefix)) {
    throw new InputError(`KAFKA_TOPIC_PREFIX is "${prefix}"; it may hold letters, digits, dots, - and _.`);
  }
  return { kafka: kafkaSettings(env), prefix, topics: topicsWithPrefix(prefix) };
}

/** Throws InputError that names the variable which is missing or wrong. */
export function streamSettings(env: Environment): StreamSettings {
  const required = (name: string, example: string): string => {
    const value = env[name];
    if (!value) throw new InputError(`${name} is not set. It looks like ${example}.`);
    return value;
  };
  const whole = (name: string, preset: number, min: number, max: number): number => {
    const value = Number(env[name] ?? preset);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InputError(`${name} is "${env[name]}"; it must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
  const { kafka, prefix, topics } = kafkaNames(env);
  return {
    kafka,
    topics,
    partitions: whole('KAFKA_PARTITIONS', 6, 1, 1000),
    replicas: whole('KAFKA_REPLICAS', 1, 1, 10),
    group: `${prefix}-workers`,
    sinkGroup: `${prefix}-sinks`,
    redisUrl: required('REDIS_URL', 'redis://:password@host:6379'),
    databaseUrl: required('DATABASE_URL', 'postgres://user:password@host:5432/frauddb'),
    maxAmountMinor: maxAmountMinor(env),
    cards: cardSettingsFrom(env),
    baseCurrency: baseCurrencyAsked(undefined, env),
    offsetAt: localTimeAsked(undefined, env),
    retentionMonths: whole('RETENTION_MONTHS', 13, 1, 120),
    cacheMegabytes: whole('ACCOUNT_CACHE_MB', 96, 8, 65_536),
    outboxMegabytes: whole('OUTBOX_MB', 16, 1, 1024),
    fallbackAfterMs: env.REDIS_FALLBACK_MS ? whole('REDIS_FALLBACK_MS', 0, 50, 600_000) : undefined,
  };
}

/** Topics keep records as long as it may take to notice that something must be read again. */
const TOPIC_RETENTION_MS = 7 * 86_400_000;

export const topicPlan = ({ partitions, replicas }: StreamSettings): TopicPlan => ({
  partitions,
  replicas,
  retentionMs: TOPIC_RETENTION_MS,
});
