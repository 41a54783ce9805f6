// What the parts of a case's page have in common: the case as it was seen last, and doing something with it.
import { useState } from 'react';
import type { Arguments } from '../../../src/client/api.ts';
import type { CaseFile } from '../../../src/protocol/cases.ts';
import { call, useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';

export type CaseWork = {
  readonly file: CaseFile;
  /** Whoever looks works cases. */
  readonly may: boolean;
  /** And this one is not closed. */
  readonly mayChange: boolean;
  /** Waits for work, says what stood in its way, and looks at the case again. */
  run(work: Promise<unknown>): void;
  lookAgain(): void;
  /** Changes the case as it is seen here. Throws ApiProblem. */
  change(change: Omit<Arguments<'changeCase'>['body'], 'version'>): Promise<unknown>;
};

export function useCaseWork(id: number): {
  readonly work: CaseWork | undefined;
  readonly problem: string | undefined;
} {
  const may = useMay('work_alerts');
  const { data: file, problem, again } = useAnswer('getCase', { params: { id } });
  const [refused, setRefused] = useState<string>();
  const work = file && {
    file,
    may,
    mayChange: may && file.case.status !== 'closed',
    run: (work: Promise<unknown>): void => {
      work
        .then(
          () => setRefused(undefined),
          (error: Error) => setRefused(error.message),
        )
        .finally(again);
    },
    lookAgain: again,
    change: (change: Parameters<CaseWork['change']>[0]) =>
      call('changeCase', { params: { id }, body: { ...change, version: file.case.version } }),
  };
  return { work, problem: refused ?? problem };
}
