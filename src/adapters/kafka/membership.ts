// Membership of a consumer group by the protocol of KIP-848 (Kafka 4.0 and newer): a heartbeat tells what this
// member owns and is told what it should own. A partition goes to another member only after this one gave it up.
import { randomUUID } from 'node:crypto';
import { consumerGroupHeartbeatV0, findCoordinatorV4 } from '@platformatic/kafka';
import { isCoordinatorSettling, isKafkaError, type KafkaClient } from './client.ts';

const GROUP = 0;
const REBALANCE_TIMEOUT_MS = 30_000;
const JOIN = 0;
const LEAVE = -1;
/** Oftener than brokers ask for: a partition given up is taken over that much sooner. */
const HEARTBEAT_MS = 1000;
const CHANGE_HEARTBEAT_MS = 50;
/** A coordinator that is being made or moved is worth a word only where it lasts. */
const SETTLING_MS = 10_000;
const FIRST_RETRY_MS = 50;
const SLOWEST_RETRY_MS = 2000;

export type MembershipParts = {
  readonly client: KafkaClient;
  readonly group: string;
  readonly topic: string;
  /** Partitions that this member should work on from now on. */
  readonly onAssigned: (partitions: readonly number[]) => void;
  /** Partitions it still works on; what it was told to give up stays here until it has. */
  readonly working: () => readonly number[];
  readonly onTrouble?: (error: Error) => void;
};

export type Membership = {
  readonly memberId: string;
  /** Undefined before the first answer. */
  readonly lastHeartbeatMs: number | undefined;
  leave(): Promise<void>;
};

export function joinGroup(parts: MembershipParts): Membership {
  const { client, group, topic } = parts;
  const memberId = randomUUID();
  let epoch = JOIN;
  let assigned: readonly number[] = [];
  let told = '';
  let coordinator: number | undefined;
  let lastHeartbeatMs: number | undefined;
  let leaving = false;
  let wake: (() => void) | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function heartbeat(withEpoch: number): Promise<number> {
    coordinator ??= (await client.request(await client.anyNode(), findCoordinatorV4.api, GROUP, [group]))
      .coordinators[0].nodeId;
    const info = await client.topic(topic);
    if (!info) throw new Error(`topic ${topic} is not there`);
    // What was assigned counts as owned at once; what was taken away, until the work on it has ended.
    const owned = [...new Set([...assigned, ...parts.working()])].sort((a, b) => a - b);
    const joining = withEpoch === JOIN;
    const says = owned.join();
    const answer = await client.request(
      coordinator, consumerGroupHeartbeatV0.api,
      group, memberId, withEpoch, null, null,
      joining ? REBALANCE_TIMEOUT_MS : -1, joining ? [topic] : null, null, null,
      joining ? [] : says === told ? null : [{ topicId: info.id, partitions: owned }],
    ); // biome-ignore format: in the order of the protocol
    told = joining ? '' : says;
    epoch = answer.memberEpoch;
    lastHeartbeatMs = Date.now();
    if (answer.assignment) {
      assigned = answer.assignment.topicPartitions.flatMap(({ partitions }) => partitions);
      if (!leaving) parts.onAssigned(assigned);
      return CHANGE_HEARTBEAT_MS;
    }
    const givingUp = parts.working().some((partition) => !assigned.includes(partition));
    return givingUp ? CHANGE_HEARTBEAT_MS : HEARTBEAT_MS;
  }

  async function run(): Promise<void> {
    let wait = FIRST_RETRY_MS;
    let answeredAtMs = performance.now();
    while (!leaving) {
      try {
        const pauseMs = await heartbeat(epoch);
        answeredAtMs = performance.now();
        wait = FIRST_RETRY_MS;
        await pause(pauseMs);
      } catch (error) {
        if (!isCoordinatorSettling(error) || performance.now() - answeredAtMs > SETTLING_MS)
          parts.onTrouble?.(error as Error);
        coordinator = undefined;
        if (isKafkaError(error, 'FENCED_MEMBER_EPOCH') || isKafkaError(error, 'UNKNOWN_MEMBER_ID')) {
          // The group went on without us: our partitions are others' by now.
          epoch = JOIN;
          assigned = [];
          parts.onAssigned([]);
        } else client.forget();
        await pause(wait);
        wait = Math.min(wait * 2, SLOWEST_RETRY_MS);
      }
    }
  }
  const running = run();

  return {
    memberId,
    get lastHeartbeatMs() {
      return lastHeartbeatMs;
    },
    async leave() {
      leaving = true;
      wake?.();
      await running;
      if (epoch > 0) await heartbeat(LEAVE).catch(() => undefined);
    },
  };
}
