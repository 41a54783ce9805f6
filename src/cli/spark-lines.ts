// What a Spark job of ours says on its standard output, by lines of bounded length.
import { byteLines } from '../adapters/files/file-bytes.ts';

const MAX_LINE_BYTES = 64 << 10;

export type SparkLine =
  | { readonly kind: 'progress'; readonly step: string; readonly done: number; readonly of: number }
  | { readonly kind: 'done'; readonly badRows: number }
  | { readonly kind: 'said'; readonly text: string };

/** A line that is too long is cut, and says so. */
export async function* sparkLines(source: AsyncIterable<Buffer>): AsyncGenerator<SparkLine> {
  for await (const { bytes, tooLong } of byteLines(source, MAX_LINE_BYTES)) {
    const text = bytes.toString('utf8', 0, MAX_LINE_BYTES);
    const [kind, ...figures] = text.split(' ');
    if (tooLong)
      yield { kind: 'said', text: `${text} … (cut here: the line is longer than ${MAX_LINE_BYTES} bytes)` };
    else if (kind === 'progress')
      yield { kind, step: figures[0], done: Number(figures[1]), of: Number(figures[2]) };
    else if (kind === 'done') yield { kind, badRows: Number(figures[0]) };
    else yield { kind: 'said', text };
  }
}
