// Kafka, Redis and PostgreSQL for a distributed installation on one machine: our own, or the ones that are named.
import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { type KafkaServer, startKafkaServer } from './kafka.ts';
import { type PostgresServer, startPostgresServer } from './postgres.ts';
import { type RedisServer, startRedisServer } from './redis.ts';
import { CARD_KEY_FILE, secretIn } from './secret-file.ts';

export type ServicesOptions = {
  /** Made on the first start, gone on with on later ones. */
  readonly folder: string;
  readonly logFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onNotice: (message: string) => void;
};

export type Services = {
  /** What processes need to find the services, and the key that all of them share. */
  readonly env: Readonly<Record<'KAFKA_BROKERS' | 'REDIS_URL' | 'DATABASE_URL' | 'CARD_TOKEN_KEY', string>>;
  kafka: KafkaServer | undefined;
  redis: RedisServer | undefined;
  postgres: PostgresServer | undefined;
  /** Starts one again where it was, after it was killed. */
  restart(name: 'kafka' | 'redis' | 'postgres'): Promise<void>;
  stop(): Promise<void>;
};

/** Under root PostgreSQL runs as another account, which must be able to enter the folder. */
export function folderForPostgres(folder: string): string {
  if (process.getuid?.() !== 0) return folder;
  for (let at = resolve(dirname(folder)); at !== dirname(at); at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) {
      return join(
        '/var/tmp',
        `goshawk-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12)}`,
      );
    }
  }
  return folder;
}

/** Starts what `env` does not name. Throws InputError where a program is missing. */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { folder, logFolder, env, onNotice } = options;
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  mkdirSync(logFolder, { recursive: true });
  const cardKey = env.CARD_TOKEN_KEY || secretIn(folder, CARD_KEY_FILE);
  const ports = {
    kafka: await freePort(),
    controller: await freePort(),
    redis: await freePort(),
    postgres: await freePort(),
  };
  const log = (name: string): string => join(logFolder, `${name}.log`);
  const start = {
    kafka: () =>
      startKafkaServer({
        folder: join(folder, 'kafka'),
        port: ports.kafka,
        controllerPort: ports.controller,
        logFile: log('kafka'),
      }),
    redis: () =>
      startRedisServer({ folder: join(folder, 'redis'), port: ports.redis, logFile: log('redis') }),
    postgres: () =>
      startPostgresServer({
        folder: folderForPostgres(join(folder, 'postgres')),
        port: ports.postgres,
        logFile: log('postgres'),
      }),
  };
  const named = { kafka: env.KAFKA_BROKERS, redis: env.REDIS_URL, postgres: env.DATABASE_URL };
  for (const [name, value] of Object.entries(named)) {
    onNotice(value ? `${name}: the one that is named` : `${name}: starting one of our own`);
  }
  const [kafka, redis, postgres] = await Promise.allSettled([
    named.kafka ? undefined : start.kafka(),
    named.redis ? undefined : start.redis(),
    named.postgres ? undefined : start.postgres(),
  ]);
  const failed = [kafka, redis, postgres].find((result) => result.status === 'rejected');
  if (failed) {
    for (const result of [kafka, redis, postgres])
      if (result.status === 'fulfilled') await result.value?.stop();
    throw failed.reason;
  }
  const value = <T>(result: PromiseSettledResult<T>): T | undefined =>
    result.status === 'fulfilled' ? result.value : undefined;
  const services: Services = {
    kafka: value(kafka),
    redis: value(redis),
    postgres: value(postgres),
    env: {
      KAFKA_BROKERS: named.kafka ?? value(kafka)?.brokers ?? '',
      REDIS_URL: named.redis ?? value(redis)?.url ?? '',
      DATABASE_URL: named.postgres ?? value(postgres)?.url ?? '',
      CARD_TOKEN_KEY: cardKey,
    },
    async restart(name) {
      if (name === 'kafka') services.kafka = await start.kafka();
      else if (name === 'redis') services.redis = await start.redis();
      else services.postgres = await start.postgres();
    },
    async stop() {
      await Promise.all([services.kafka?.stop(), services.redis?.stop(), services.postgres?.stop()]);
    },
  };
  return services;
}
