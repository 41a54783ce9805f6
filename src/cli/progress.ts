// A progress line for long work: redrawn in a terminal, a line every few seconds elsewhere.

export type Progress = { update(done: number, of: number, note?: string): void; end(note?: string): void };

export function createProgress(title: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const interval = stream.isTTY ? 100 : 5000;
  let last = 0;
  let width = 0;
  const write = (text: string): void => {
    if (!stream.isTTY) {
      stream.write(`${text}\n`);
      return;
    }
    stream.write(`\r${text}${' '.repeat(Math.max(0, width - text.length))}`);
    width = text.length;
  };
  return {
    update(done, of, note = '') {
      const now = performance.now();
      if (now - last < interval) return;
      last = now;
      const share = of > 0 ? Math.min(1, done / of) : 0;
      const filled = Math.round(share * 24);
      const bar = '█'.repeat(filled) + '░'.repeat(24 - filled);
      write(`${title} ${bar} ${Math.floor(share * 100)} % ${note}`.trimEnd());
    },
    end(note = 'done') {
      write(`${title}: ${note}`);
      if (stream.isTTY) stream.write('\n');
    },
  };
}
