// The first model of an installation: nobody could have approved it.
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../ports/office/models.ts';

const WHO = 'first start';

/** Files a model and makes it champion, without a gate. */
export async function fileFirstModel(registry: ModelRegistry, model: Model, atMs: number): Promise<void> {
  await registry.file(model, WHO, 'Trained at the first start, on a simulated history.', atMs);
  await registry.move(model.info.version, { to: 'champion', who: WHO, note: 'The first model.', atMs });
}
