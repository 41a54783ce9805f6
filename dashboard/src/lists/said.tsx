// What came of the last thing that somebody did here: a sentence, or what stood in the way.
import { useState } from 'react';

type Said = { readonly text: string; readonly bad: boolean };

export function useSaid() {
  const [said, setSaid] = useState<Said>();
  const run = (work: Promise<string>): Promise<void> =>
    work.then(
      (text) => setSaid({ bad: false, text }),
      (error: Error) => setSaid({ bad: true, text: error.message }),
    );
  return { said, run, say: (text: string) => setSaid({ bad: false, text }) };
}

export function SaidLine({ said }: { readonly said: Said | undefined }) {
  if (!said) return null;
  return (
    <p className={said.bad ? 'problem' : 'muted'} role="status">
      {said.text}
    </p>
  );
}
