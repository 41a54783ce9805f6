// Real services with topics, tables and a model, on which the processes of rounds come and go.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepareStream } from '../../src/runtimes/stream-maintenance.ts';
import { type StreamSettings, streamSettings } from '../../src/runtimes/stream-settings.ts';
import { type Services, startServices } from '../../src/stack/services.ts';

export const ACCOUNT_CACHE_MB = '32';

export type Installation = {
  readonly services: Services;
  readonly settings: StreamSettings;
  readonly folder: string;
  stop(): Promise<void>;
};

export async function openInstallation(folder: string, partitions: number): Promise<Installation> {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const services = await startServices({
    folder: join(folder, 'services'),
    logFolder: join(folder, 'logs'),
    env: {},
    onNotice: () => undefined,
  });
  const settings = streamSettings({
    ...services.env,
    KAFKA_PARTITIONS: String(partitions),
    ACCOUNT_CACHE_MB,
  });
  await prepareStream(settings, { preset: 'classic', seed: 1, endMs: Date.now(), liveRate: 20 });
  return { services, settings, folder, stop: () => services.stop() };
}
