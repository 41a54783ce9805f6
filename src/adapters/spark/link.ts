// The engine's end of the pipes to Spark: frames in order, pings answered at once whatever else is going on.
import type { Readable, Writable } from 'node:stream';
import { createFrameCutter } from './frame-cutter.ts';
import { decodeFrame, encodeFrame, type FrameIn, type FrameOut, PROTOCOL } from './frames.ts';

export type SparkLink = {
  /** Hands over the frames that came and those to come; to be called once. */
  listen(onFrame: (frame: FrameIn) => void): void;
  send(frame: FrameOut): void;
  /** Resolves when Spark closes its end, with the error when what it sent could not be read. */
  readonly ended: Promise<Error | undefined>;
};

export function openSparkLink(input: Readable, output: Writable): SparkLink {
  const cutter = createFrameCutter('frame', 1);
  const { promise: ended, resolve: end } = Promise.withResolvers<Error | undefined>();
  let listener: ((frame: FrameIn) => void) | undefined;
  let early: FrameIn[] = [];
  const send = (frame: FrameOut): void => {
    output.write(encodeFrame(frame));
  };
  function handle(frame: FrameIn): void {
    if (frame.kind === 'ping') send({ kind: 'pong' });
    else if (frame.kind === 'hello') {
      if (frame.protocol !== PROTOCOL) {
        throw new Error(
          `Spark's job speaks protocol ${frame.protocol}, this engine ${PROTOCOL}: use the job of the same release`,
        );
      }
    } else if (listener) listener(frame);
    else early.push(frame);
  }
  input.on('data', (chunk: Buffer) => {
    try {
      for (const frame of cutter.cut(chunk)) handle(decodeFrame(frame));
    } catch (error) {
      input.destroy();
      end(error as Error);
    }
  });
  input.on('end', () => end(undefined));
  input.on('error', end);
  // The other end is gone: the input ends as well.
  output.on('error', () => end(undefined));
  return {
    listen(onFrame) {
      listener = onFrame;
      const waiting = early;
      early = [];
      for (const frame of waiting) onFrame(frame);
      send({ kind: 'ready' });
    },
    send,
    ended,
  };
}
