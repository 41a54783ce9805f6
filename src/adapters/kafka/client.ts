// Requests to the brokers of a cluster, one at a time and without retries of their own: whoever asks knows what
// a failure means to it. The protocol (https://kafka.apache.org/protocol) is the library's.
import { Base, type Connection } from '@platformatic/kafka';
import { InputError } from '../../domain/input-error.ts';
import type { KafkaSettings } from './settings.ts';

export type TopicInfo = {
  readonly id: string;
  /** Node that leads each partition. */
  readonly leaders: readonly number[];
};

/** A call of the library's protocol layer. */
export type KafkaApi<Args extends unknown[], Answer> = {
  async(connection: Connection, ...args: Args): Promise<Answer>;
};

export type KafkaClient = {
  /** Undefined when there is no such topic. */
  topic(name: string, refresh?: boolean): Promise<TopicInfo | undefined>;
  /** Any node, for what any broker answers. */
  anyNode(): Promise<number>;
  request<Args extends unknown[], Answer>(
    node: number,
    api: KafkaApi<Args, Answer>,
    ...args: Args
  ): Promise<Answer>;
  /** What is known of leaders is asked anew. */
  forget(): void;
  close(): Promise<void>;
};

const CONNECT_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 10_000;

/** A client with connections of its own: a request that waits for records holds up the ones behind it. */
export function openKafkaClient(settings: KafkaSettings, name: string): KafkaClient {
  const { brokers, tls, sasl } = settings;
  const base = new Base({
    clientId: `goshawk-${name}`,
    bootstrapBrokers: [...brokers],
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    timeout: REQUEST_TIMEOUT_MS,
    retries: 0,
    maxInflights: 16,
    ...(tls && { tls }),
    ...(sasl && { sasl }),
  });
  // Connections that end are noticed by the request that needs them.
  base.on('error', () => undefined);
  const connections = new Map<number, Connection>();

  async function connectionTo(node: number): Promise<Connection> {
    const known = connections.get(node);
    if (known?.isConnected()) return known;
    const connection = (await base.connectToBrokers([node])).get(node);
    if (!connection) throw new Error(`broker ${node} is not in the cluster's list`);
    connections.set(node, connection);
    return connection;
  }

  return {
    async topic(topicName, refresh = false) {
      if (refresh) base.clearMetadata();
      try {
        const { topics } = await base.metadata({ topics: [topicName], autocreateTopics: false, retries: 0 });
        const found = topics.get(topicName);
        return found && { id: found.id, leaders: found.partitions.map((partition) => partition.leader) };
      } catch (error) {
        if (isKafkaError(error, 'UNKNOWN_TOPIC_OR_PARTITION') || /Unknown topic/.test(String(error)))
          return undefined;
        throw explained(error as Error, brokers);
      }
    },
    async anyNode() {
      try {
        const { brokers: nodes } = await base.metadata({ topics: [], retries: 0 });
        const [node] = nodes.keys();
        if (node === undefined) throw new Error('the cluster names no broker');
        return node;
      } catch (error) {
        throw explained(error as Error, brokers);
      }
    },
    async request(node, api, ...args) {
      try {
        return await api.async(await connectionTo(node), ...args);
      } catch (error) {
        throw explained(error as Error, brokers);
      }
    },
    forget: () => base.clearMetadata(),
    close: () => base.close(),
  };
}

/** Whether an error, or one of those it wraps, is a certain answer of a broker. */
export function isKafkaError(error: unknown, id: string): boolean {
  if (!(error instanceof Error)) return false;
  if ('apiId' in error && error.apiId === id) return true;
  if (error instanceof AggregateError && error.errors.some((inner) => isKafkaError(inner, id))) return true;
  return isKafkaError(error.cause, id);
}

/** What brokers answer while they make or move the coordinator of a group or of transactions: it is to be asked again. */
export const isCoordinatorSettling = (error: unknown): boolean =>
  ['COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR'].some((id) =>
    isKafkaError(error, id),
  );

/** Says which setting to look at; what may pass by itself stays an ordinary error, to be tried again. */
function explained(error: Error, brokers: readonly string[]): Error {
  const text = textOf(error);
  const where = brokers.join(', ');
  if (/SASL|AUTHENTICATION_FAILED|Authentication/i.test(text) && !/ECONN/.test(text)) {
    return new InputError(
      `Kafka at ${where} refuses user or password. Look at KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD. (${text})`,
    );
  }
  if (/certificate|wrong version number|SSL|TLS/i.test(text)) {
    return new InputError(
      `Kafka at ${where}: TLS does not fit. Look at KAFKA_TLS and KAFKA_TLS_CA_FILE. (${text})`,
    );
  }
  if (/AUTHORIZATION_FAILED/.test(text)) {
    return new InputError(
      `Kafka at ${where} does not allow this to the user of KAFKA_SASL_USERNAME. (${text})`,
    );
  }
  if (
    /ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|Connection|closed|timed out/i.test(text) &&
    !('response' in error)
  ) {
    return new Error(`Kafka at ${where} cannot be reached (KAFKA_BROKERS): ${text}`, { cause: error });
  }
  return new Error(text, { cause: error });
}

/** The message of an error with those of what it wraps: the outermost says little. */
function textOf(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors : error.cause ? [error.cause] : [];
  return [
    error.message,
    ...inner.map((part: unknown) => (part instanceof Error ? textOf(part) : String(part))),
  ]
    .join(': ')
    .slice(0, 400);
}
