// The model in service once more, under another name.
import { createModelRegistry } from '../src/adapters/sql/models.ts';
import type { SqlSession } from '../src/adapters/sql/session.ts';

export async function promoteCopy(session: SqlSession, version: string, as: string): Promise<void> {
  const registry = createModelRegistry(session);
  const model = await registry.load(version);
  if (!model) throw new Error(`there is no model ${version}`);
  await registry.file({ ...model, info: { ...model.info, version: as } }, 'test', '', Date.now());
  await registry.move(as, { to: 'champion', who: 'test', note: '', atMs: Date.now() });
}
