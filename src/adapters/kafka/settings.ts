// How to reach Kafka, read from the environment once.
import { readFileSync } from 'node:fs';
import { InputError } from '../../domain/input-error.ts';

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export type KafkaSettings = {
  readonly brokers: readonly string[];
  /** Undefined: no TLS. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl:
    | { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string }
    | undefined;
};

export const KAFKA_VARIABLES = {
  KAFKA_BROKERS: 'addresses to start from, host:port, separated by commas',
  KAFKA_TLS: 'true for TLS with the authorities this machine trusts',
  KAFKA_TLS_CA_FILE: 'PEM file of the authority to trust; turns TLS on',
  KAFKA_TLS_CERT_FILE: 'PEM file of our certificate, for mutual TLS',
  KAFKA_TLS_KEY_FILE: 'PEM file of its key',
  KAFKA_SASL_MECHANISM: SASL_MECHANISMS.join(' | '),
  KAFKA_SASL_USERNAME: 'user',
  KAFKA_SASL_PASSWORD: 'password',
} as const;

const BROKER = /^[\w.-]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/;

/** Throws InputError that names the variable which is wrong. */
export function kafkaSettings(env: Readonly<Record<string, string | undefined>>): KafkaSettings {
  const brokers = (env.KAFKA_BROKERS ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  if (brokers.length === 0) {
    throw new InputError('KAFKA_BROKERS is not set. It names brokers to start from: host:9092,host2:9092.');
  }
  for (const broker of brokers) {
    if (!BROKER.test(broker)) throw new InputError(`KAFKA_BROKERS holds "${broker}"; it must be host:port.`);
  }
  const file = (
    name: 'KAFKA_TLS_CA_FILE' | 'KAFKA_TLS_CERT_FILE' | 'KAFKA_TLS_KEY_FILE',
  ): string | undefined => {
    const path = env[name];
    if (!path) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new InputError(`${name}: ${(error as Error).message}`);
    }
  };
  const ca = file('KAFKA_TLS_CA_FILE');
  const cert = file('KAFKA_TLS_CERT_FILE');
  const key = file('KAFKA_TLS_KEY_FILE');
  const wantsTls = env.KAFKA_TLS === 'true' || ca !== undefined || cert !== undefined;
  const mechanism = env.KAFKA_SASL_MECHANISM;
  if (!mechanism && env.KAFKA_SASL_USERNAME) {
    throw new InputError(
      `KAFKA_SASL_USERNAME is set; set KAFKA_SASL_MECHANISM too: ${SASL_MECHANISMS.join(', ')}.`,
    );
  }
  return {
    brokers,
    tls: wantsTls
      ? {
          ...(ca !== undefined && { ca }),
          ...(cert !== undefined && { cert }),
          ...(key !== undefined && { key }),
        }
      : undefined,
    sasl: mechanism ? saslOf(mechanism, env) : undefined,
  };
}

function saslOf(text: string, env: Readonly<Record<string, string | undefined>>): KafkaSettings['sasl'] {
  const mechanism = SASL_MECHANISMS.find((known) => known === text);
  if (!mechanism) {
    throw new InputError(
      `KAFKA_SASL_MECHANISM is "${text}"; it must be one of ${SASL_MECHANISMS.join(', ')}.`,
    );
  }
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
  if (!username || !password) {
    throw new InputError(
      `KAFKA_SASL_MECHANISM ${mechanism} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.`,
    );
  }
  return { mechanism, username, password };
}
