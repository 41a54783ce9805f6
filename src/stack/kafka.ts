// A Kafka broker of our own in a folder (KRaft, one node): for a laptop's stack, tests and benchmarks.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { InputError } from '../domain/input-error.ts';
import { type ServerFolder, type ServerProcess, startServerProcess } from './server-process.ts';

export type KafkaServer = ServerProcess & {
  /** host:port, as KAFKA_BROKERS takes it. */
  readonly brokers: string;
};

export type KafkaServerOptions = ServerFolder & { readonly controllerPort: number };

const JARS_SCRIPT = resolve(import.meta.dirname, '../../scripts/kafka.sh');
const READY_MS = 60_000;
// A broker on a small machine: a parallel collector would take cores from others. The second compiler pays for itself after
// a minute; tests, whose brokers live for less, leave it out by KAFKA_JVM_OPTIONS.
const JVM = [
  '-Xmx512m',
  '-Xms256m',
  '-XX:+UseSerialGC',
  ...(process.env.KAFKA_JVM_OPTIONS?.split(' ').filter((option) => option !== '') ?? []),
];
/** Any 16 bytes in base64; a broker refuses a folder that was made for another cluster. */
const CLUSTER_ID = 'Z29zaGF3ay1vbi1vbmUxMQ';
const LOGGING = `status=warn
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`;

/** Starts a broker on 127.0.0.1 and waits until it answers. Throws InputError where Java or Maven is missing. */
export async function startKafkaServer(options: KafkaServerOptions): Promise<KafkaServer> {
  const { folder, port, controllerPort, logFile } = options;
  const jars = kafkaJars();
  mkdirSync(folder, { recursive: true });
  const settings = join(folder, 'server.properties');
  const data = join(folder, 'data');
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=BROKER://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=BROKER://127.0.0.1:${port}`,
    'listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name=BROKER',
    'controller.listener.names=CONTROLLER',
    `log.dirs=${data}`,
    // One broker: nothing can be replicated, and waiting for more members helps nobody.
    'offsets.topic.replication.factor=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'auto.create.topics.enable=false',
    // A worker that dies is replaced within seconds.
    'group.consumer.min.session.timeout.ms=6000',
    'group.consumer.session.timeout.ms=6000',
    'group.consumer.min.heartbeat.interval.ms=1000',
    'group.consumer.heartbeat.interval.ms=1000',
  ];
  writeFileSync(settings, `${lines.join('\n')}\n`);
  const logging = join(folder, 'log4j2.properties');
  writeFileSync(logging, LOGGING);
  const java = (main: string, ...args: string[]): string[] => [
    ...JVM,
    `-Dlog4j2.configurationFile=${logging}`,
    '-cp',
    join(jars, '*'),
    main,
    ...args,
  ];
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = java('kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', settings);
    execFileSync('java', format, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
  const server = await startServerProcess({
    name: 'kafka',
    program: 'java',
    args: java('kafka.Kafka', settings),
    logFile,
    stopSignal: 'SIGTERM',
    readyMs: READY_MS,
    probe: () => askVersions(port),
  });
  return { ...server, brokers: `127.0.0.1:${port}` };
}

function kafkaJars(): string {
  try {
    return execFileSync(JARS_SCRIPT, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new InputError(stderr?.trim() || 'The jars of Kafka could not be fetched.');
  }
}

/** An ApiVersions request, version 0 (https://kafka.apache.org/protocol#The_Messages_ApiVersions): a broker that answers is up. */
async function askVersions(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
    // length 10, key 18, version 0, correlation id 1, client id null
    socket.write(Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]));
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}
