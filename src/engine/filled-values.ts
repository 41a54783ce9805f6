// Values of the features that a coming catalogue brings, collected while the past is gone through: a block at a time.
import type { Filling } from '../features/compile-filling.ts';
import { BLOCK_ROWS, encodeBlock, type FilledBlock, type FilledRow } from './filled-block.ts';
import { vectorCodec } from './vector-codec.ts';

export type FilledValues = {
  /** In the order of offsets; the vector is one of the coming catalogue. */
  add(offset: number, vector: Float64Array): void;
  /** Makes a block of what waits for its block to be full. */
  close(): void;
  /** Blocks that nobody took yet. */
  take(): readonly FilledBlock[];
};

export function createFilledValues({ lacking }: Pick<Filling, 'lacking'>): FilledValues {
  const codec = vectorCodec(lacking.length);
  const picked = new Float64Array(lacking.length);
  let rows: FilledRow[] = [];
  let blocks: FilledBlock[] = [];
  function close(): void {
    if (rows.length > 0) blocks.push(encodeBlock(rows));
    rows = [];
  }
  return {
    add(offset, vector) {
      for (let i = 0; i < lacking.length; i++) picked[i] = vector[lacking[i].place];
      rows.push({ offset, vector: codec.encode(picked) });
      if (rows.length === BLOCK_ROWS) close();
    },
    close,
    take() {
      const taken = blocks;
      blocks = [];
      return taken;
    },
  };
}
