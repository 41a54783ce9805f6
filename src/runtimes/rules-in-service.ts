// The rules in service, as the rule book names them. A rule that this program cannot use is left out and told, the
// others stay: one rule must never stop scoring.
import { InputError } from '../domain/input-error.ts';
import { isoTime } from '../domain/iso-time.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { AuditEntry } from '../ports/office/audit.ts';
import type { Office } from '../ports/office/office.ts';
import type { Rule } from '../rules/rule.ts';
import { compileRuleset, type Ruleset, ruleKey } from '../rules/ruleset.ts';
import { STARTER_LISTS, STARTER_RULES } from '../rules/starter-rules.ts';
import { createListsInMemory, type ListsInMemory } from './lists-in-memory.ts';

export type RulesInService = {
  /** The rules as book and lists said at the last look, compiled for a catalogue; the same ones until either is another. */
  readonly current: (catalogue: Catalogue) => Ruleset;
  readonly lists: ListsInMemory;
  /** Looks at book and lists now. */
  look(): Promise<void>;
};

/** Gives a new installation its first rules and lists; changes nothing where there are rules. */
export async function fileStarterRules({ rules, lists }: Office, atMs: number): Promise<void> {
  if ((await rules.rules()).length > 0) return;
  for (const list of STARTER_LISTS) {
    const entry: AuditEntry = {
      atMs,
      actor: { kind: 'local', id: '', name: 'Goshawk' },
      action: 'made a list',
      subject: `list ${list.name}`,
      detail: { since: isoTime(atMs) },
    };
    await lists.add({ ...list, note: 'For the rules of a new installation' }, entry);
  }
  await rules.fileStarter(STARTER_RULES, atMs);
}

export async function openRules(
  office: Office,
  onNotice: (message: string) => void,
): Promise<RulesInService> {
  const lists = createListsInMemory(office.lists);
  await lists.look();
  // A start waits for the names: nothing is decided without them.
  await lists.namesServe();
  let revision = -1;
  let filed: readonly Rule[] = [];
  let compiled:
    | { readonly catalogue: Catalogue; readonly of: readonly Rule[]; readonly ruleset: Ruleset }
    | undefined;

  /** Rules that took too much in this process, by id and version; they stay left out when others change. */
  const suspended = new Map<string, string>();
  const options = {
    lookups: lists,
    elapsedMs: () => performance.now(),
    suspended,
    onSuspended: (rule: Rule, why: string) => {
      suspended.set(ruleKey(rule), why);
      onNotice(
        `Rule ${rule.id}, version ${rule.version}, is left out from now on. ${why} The other rules stay in service.`,
      );
    },
  };
  function compile(rules: readonly Rule[], catalogue: Catalogue): Ruleset {
    const usable = rules.filter((rule) => {
      try {
        compileRuleset([rule], catalogue);
        return true;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        onNotice(`${error.message} It is left out; the other rules stay in service.`);
        return false;
      }
    });
    return compileRuleset(usable, catalogue, options);
  }

  async function look(): Promise<void> {
    await lists.look();
    const now = await office.rules.revision();
    if (now === revision) return;
    filed = await office.rules.inService();
    revision = now;
  }

  function current(catalogue: Catalogue): Ruleset {
    if (compiled?.catalogue === catalogue && compiled.of === filed) return compiled.ruleset;
    const before = compiled;
    const next = compile(filed, catalogue);
    const isSame = next.version === before?.ruleset.version;
    if (before && !isSame) {
      const live = next.rules.filter(({ mode }) => mode === 'live').length;
      onNotice(`Rules ${next.version} in service: ${live} live, ${next.rules.length - live} in shadow`);
    }
    const ruleset = isSame && before.catalogue === catalogue ? before.ruleset : next;
    compiled = { catalogue, of: filed, ruleset };
    return ruleset;
  }
  await look();
  return { lists, look, current };
}
