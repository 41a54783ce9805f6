// The draft of the catalogue as this page edits it: each change is written at once, whole, and can be taken back.
import { useEffect, useRef, useState } from 'react';
import type { Catalogue, CatalogueCheck } from '../../../src/protocol/catalogue.ts';
import type { Said } from '../kit/toast.tsx';
import { ApiProblem, answers, call, outdated, useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';
import { placeOf, sent, type ThingPart, type WholeDocument, whole } from './document.ts';

const EVERY_MS = 10_000;

export type Change = (document: WholeDocument) => WholeDocument;

export type Draft = {
  readonly catalogue: Catalogue | undefined;
  /** The draft, or what serves where there is none; undefined while it is not known, and to whom it is hidden. */
  readonly document: WholeDocument | undefined;
  /** What the draft changes; undefined where there is none. */
  readonly check: CatalogueCheck | undefined;
  readonly problem: string | undefined;
  readonly isHidden: boolean;
  readonly mayEdit: boolean;
  readonly mayMove: boolean;
  readonly said: Said | undefined;
  say(said: Said | undefined): void;
  /** Throws ApiProblem; what is said of the thing itself is placed by its own fields. */
  save(change: Change, words: string, of?: Edited): Promise<void>;
  discard(): Promise<void>;
};

/** What a form edits: problems of it go to its fields. */
export type Edited = { readonly part: ThingPart; readonly before: string | undefined };

type Now = { readonly seen: number | null; readonly document: WholeDocument };

/** What is refused of other things than the edited one is told for the whole. */
function aimed(error: unknown, before: WholeDocument, of: Edited | undefined): unknown {
  if (!(error instanceof ApiProblem) || !of) return error;
  const own = `/document${placeOf(before, of.part, of.before)}`;
  const problems = error.problems.map(({ pointer, message }) =>
    pointer === own || pointer.startsWith(`${own}/`)
      ? { pointer: pointer.slice(own.length) || '/name', message }
      : { pointer: '', message },
  );
  return new ApiProblem(error.status, error.message, problems);
}

export const changed = (): void =>
  outdated('getCatalogue', 'getCatalogueFilling', 'checkCatalogue', 'listObservedFields');

export function useDraft(): Draft {
  const isHidden = !useMay('read_identifiers');
  const mayEdit = useMay('edit_data') && !isHidden;
  const mayMove = useMay('approve_data');
  const [said, say] = useState<Said>();
  const { data: catalogue, problem } = useAnswer('getCatalogue', {}, EVERY_MS);
  const seen = catalogue ? (catalogue.draft?.version ?? null) : undefined;
  const version = catalogue && (catalogue.draft ?? catalogue.live).version;
  const found = useAnswer(
    'getCatalogueVersion',
    version === undefined || isHidden ? undefined : { params: { version } },
    undefined,
    true,
  );
  const now = useRef<Now>(undefined);
  const [document, setDocument] = useState<WholeDocument>();
  useEffect(() => {
    if (!found.data || seen === undefined || found.data.version !== version) return;
    const next = whole(found.data.document);
    now.current = { seen, document: next };
    setDocument(next);
  }, [found.data, seen, version]);
  const checked = useAnswer(
    'checkCatalogue',
    document && seen !== null && seen !== undefined ? { body: { document: sent(document) } } : undefined,
    undefined,
    true,
  );

  async function write(next: WholeDocument): Promise<void> {
    const before = now.current;
    if (!before) throw new Error('The catalogue is not here yet. Wait a moment.');
    const { version } = await call('writeCatalogueDraft', {
      body: { document: sent(next), seen: before.seen },
    });
    now.current = { seen: version, document: next };
    setDocument(next);
  }
  async function discard(): Promise<void> {
    const before = now.current;
    if (before?.seen == null) return;
    try {
      await call('discardCatalogueDraft', { query: { seen: before.seen } });
      now.current = undefined;
    } finally {
      changed();
    }
  }
  async function takeBack(before: Now): Promise<void> {
    try {
      if (before.seen === null) await discard();
      else await write(before.document);
      say(undefined);
    } catch (error) {
      say({ text: error instanceof Error ? error.message : String(error), bad: true });
    }
    changed();
  }
  async function save(change: Change, words: string, of?: Edited): Promise<void> {
    const before = now.current;
    if (!before) throw new Error('The catalogue is not here yet. Wait a moment.');
    try {
      await write(change(before.document));
      say({ text: words, undo: () => void takeBack(before) });
    } catch (error) {
      throw aimed(error, before.document, of);
    } finally {
      changed();
    }
  }
  return {
    catalogue,
    document,
    check: seen == null ? undefined : checked.data,
    problem: problem ?? found.problem ?? checked.problem,
    isHidden,
    mayEdit,
    mayMove,
    said,
    say,
    save,
    discard,
  };
}

/** Whoever writes rules is offered what is in service now. */
export const wentLive = (): void => {
  changed();
  outdated('listRuleNames');
  void answers.invalidateQueries({ queryKey: ['getFeatureValues'] });
};
