// Lists that rules ask: block, allow and watch lists with their entries, and sanctions lists for screening names.
import { Button, FileButton, Progress, Select, TextInput } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { LIST_KINDS, LIST_PURPOSES } from '../../../src/domain/list.ts';
import type {
  EntriesImported,
  EntryLists,
  Imports as ImportsAnswer,
  ListEntry,
  ListEntryPage,
  NameScreened,
  SanctionsList,
  SanctionsListImported,
} from '../../../src/protocol/lists.ts';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { count, dateTime, percent } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { ask, remove, tell } from '../live/api.ts';
import { useMay } from '../live/me.ts';
import { setQuery, useRoute } from '../live/route.ts';
import { useAsked } from '../live/use-asked.ts';
import { Proposals, waitsForSecond } from '../proposals/index.ts';

const foundText = ({ score, name, uid, source, why }: NameScreened): string =>
  name === null
    ? why
    : `${percent(score, 0)} like ${name} (${[uid, source].filter((one) => one !== null).join(', ')}). ${why}`;

const PURPOSE_WORDS = { block: '✕ block', allow: '✓ allow', watch: '◆ watch' } as const;

export function Lists() {
  const { query } = useRoute();
  const { data, problem, again } = useAsked<EntryLists>('/v1/lists', 15_000);
  const may = useMay('edit_lists');
  const sees = useMay('read_identifiers');
  const [making, setMaking] = useState(false);
  const [stamp, setStamp] = useState(0);
  const [decided, setDecided] = useState(0);
  function lookAgain(): void {
    again();
    setStamp((before) => before + 1);
  }
  const open = query.get('list');
  const lists = data?.lists ?? [];
  return (
    <>
      {may && (
        <Proposals
          of="lists"
          stamp={stamp}
          onDecided={() => {
            again();
            setDecided((before) => before + 1);
          }}
        />
      )}
      <div className="grid">
        <Panel
          title="Lists"
          note={
            may && (
              <Button size="compact-xs" onClick={() => setMaking(true)}>
                New list …
              </Button>
            )
          }
        >
          <Problem text={problem} />
          <Scroll label="Lists">
            <table className="rows">
              <thead>
                <tr>
                  <th>List</th>
                  <th>Of</th>
                  <th>To</th>
                  <th className="right">Entries</th>
                  <th className="hide-small">In a rule</th>
                </tr>
              </thead>
              <tbody>
                {lists.map((list) => (
                  <tr
                    key={list.name}
                    tabIndex={0}
                    aria-current={open === list.name ? 'true' : undefined}
                    onClick={() => setQuery({ list: list.name })}
                    onKeyDown={(event) => event.key === 'Enter' && setQuery({ list: list.name })}
                  >
                    <td title={list.note}>{list.name}</td>
                    <td>{list.kind}</td>
                    <td>
                      {PURPOSE_WORDS[list.purpose]}
                      {list.needsTwo && <span className="muted"> · by two</span>}
                    </td>
                    <td className="right">{count(list.entries)}</td>
                    <td className="muted hide-small">inList("{list.name}", …)</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {data && lists.length === 0 && <Empty>No lists yet.</Empty>}
        </Panel>
        <Sanctions sources={data?.sources ?? []} may={may} sees={sees} onChanged={again} />
      </div>
      {may && <Imports onOver={again} />}
      {open !== null && sees && lists.some(({ name }) => name === open) && (
        <Entries
          key={`${open} ${decided}`}
          name={open}
          may={may}
          needsTwo={lists.some(({ name, needsTwo }) => name === open && needsTwo)}
          onChanged={lookAgain}
        />
      )}
      {open !== null && !sees && (
        <Panel title={open}>
          <Empty>Who may not see identifiers sees no entries.</Empty>
        </Panel>
      )}
      {making && (
        <NewList
          onClose={() => setMaking(false)}
          onMade={(name) => {
            setMaking(false);
            again();
            setQuery({ list: name });
          }}
        />
      )}
    </>
  );
}

/** What is being imported, whoever imports it. */
function Imports(props: { readonly onOver: () => void }) {
  const { onOver } = props;
  const { data, again } = useAsked<ImportsAnswer>('/v1/imports', 2000);
  const [problem, setProblem] = useState<string>();
  const running = (data?.imports ?? []).filter(({ state }) => state === 'running');
  const before = useRef(0);
  useEffect(() => {
    if (running.length < before.current) onOver();
    before.current = running.length;
  }, [running.length, onOver]);
  if (running.length === 0) return null;
  return (
    <Panel title="Imports under way">
      <Problem text={problem} />
      {running.map((one) => (
        <p key={one.id} className="filters" role="status">
          <b>{one.name}</b>
          <Progress
            w={160}
            value={(one.progress ?? 0) * 100}
            aria-label={`Import into ${one.name}`}
            animated={one.progress === null}
          />
          <span>{one.progress === null ? `${count(one.done)} done` : percent(one.progress, 0)}</span>
          <span className="muted">
            {one.who}
            {one.refused > 0 ? ` · ${count(one.refused)} refused` : ''}
          </span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() =>
              remove(`/v1/imports/${one.id}`)
                .then(again)
                .catch((error: Error) => setProblem(error.message))
            }
          >
            Cancel
          </Button>
        </p>
      ))}
    </Panel>
  );
}

function Entries(props: {
  readonly name: string;
  readonly may: boolean;
  readonly needsTwo: boolean;
  readonly onChanged: () => void;
}) {
  const { name, may } = props;
  const [entries, setEntries] = useState<readonly ListEntry[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [value, setValue] = useState('');
  const [days, setDays] = useState<string | null>('never');
  const [note, setNote] = useState('');
  const [said, setSaid] = useState<{ text: string; bad: boolean }>();
  const path = `/v1/lists/${name}`;
  const load = useCallback(
    async (after: string) => {
      const wanted = new URLSearchParams({ after, search });
      const page = await ask<ListEntryPage>(`/v1/lists/${name}/entries?${wanted}`);
      setEntries((kept) => (after === '' ? page.entries : [...kept, ...page.entries]));
      setNext(page.next);
    },
    [name, search],
  );
  useEffect(() => {
    load('').catch((error: Error) => setSaid({ bad: true, text: error.message }));
  }, [load]);
  function run(work: Promise<string>): void {
    work
      .then(
        (text) => setSaid({ bad: false, text }),
        (error: Error) => setSaid({ bad: true, text: error.message }),
      )
      .finally(() => {
        void load('').catch(() => undefined);
        props.onChanged();
      });
  }
  return (
    <Panel
      title={name}
      note={
        <span className="filters">
          <TextInput
            size="xs"
            aria-label="Search entries"
            placeholder="Search"
            onKeyDown={(event) => event.key === 'Enter' && setSearch(event.currentTarget.value.trim())}
          />
          {may && !props.needsTwo && (
            <FileButton
              accept=".csv,text/csv"
              onChange={(file) => {
                if (!file) return;
                run(
                  ask<EntriesImported>(`${path}/import`, {
                    method: 'POST',
                    headers: { 'content-type': 'text/csv' },
                    body: file,
                  }).then(
                    (done) =>
                      `${count(done.added)} added, ${count(done.changed)} changed, ${count(done.refused)} refused${done.problems[0] ? ` (line ${done.problems[0].line}: ${done.problems[0].problem})` : ''}`,
                  ),
                );
              }}
            >
              {(button) => (
                <Button
                  {...button}
                  size="xs"
                  variant="default"
                  title="A line an entry: value, when it ends, note"
                >
                  Import CSV …
                </Button>
              )}
            </FileButton>
          )}
        </span>
      }
    >
      {may && (
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault();
            const expiresAt =
              days === 'never' || days === null
                ? undefined
                : new Date(Date.now() + Number(days) * 86_400_000).toISOString();
            run(
              tell(`${path}/entries`, {
                entries: [{ value, note, ...(expiresAt && { expiresAt }) }],
              }).then((answer) => {
                setValue('');
                setNote('');
                return waitsForSecond(answer) ?? `${value} is in the list.`;
              }),
            );
          }}
        >
          <TextInput
            size="xs"
            aria-label="New entry"
            placeholder="New entry"
            required
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <Select
            size="xs"
            w={130}
            aria-label="Until"
            allowDeselect={false}
            value={days}
            onChange={setDays}
            data={[
              { value: 'never', label: 'for good' },
              { value: '1', label: 'for a day' },
              { value: '7', label: 'for a week' },
              { value: '30', label: 'for 30 days' },
            ]}
          />
          <TextInput
            size="xs"
            aria-label="Why"
            placeholder="Why"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Button size="xs" type="submit">
            Add
          </Button>
        </form>
      )}
      {props.needsTwo && (
        <p className="muted">
          Live rules approve by this list: a change takes effect when somebody else approves it. Files are not
          taken.
        </p>
      )}
      {said && (
        <p className={said.bad ? 'problem' : 'muted'} role="status">
          {said.text}
        </p>
      )}
      {entries.length === 0 && <Empty>{search ? 'No entry fits.' : 'The list is empty.'}</Empty>}
      {entries.length > 0 && (
        <Scroll label="Entries">
          <table className="rows">
            <thead>
              <tr>
                <th>Entry</th>
                <th>Until</th>
                <th className="hide-small">Why</th>
                <th className="hide-small">By</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.value} style={{ cursor: 'default' }}>
                  <td>{entry.value}</td>
                  <td>
                    {entry.expiresAt === null
                      ? 'for good'
                      : `${Date.parse(entry.expiresAt) < Date.now() ? 'ended ' : ''}${dateTime(entry.expiresAt)}`}
                  </td>
                  <td className="hide-small">{entry.note}</td>
                  <td className="muted hide-small">
                    {entry.who}, {dateTime(entry.at)}
                  </td>
                  <td className="right">
                    {may && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={`Take out ${entry.value}`}
                        onClick={() =>
                          run(
                            tell(`${path}/entries`, { values: [entry.value] }, 'DELETE').then(
                              (answer) => waitsForSecond(answer) ?? `${entry.value} is out of the list.`,
                            ),
                          )
                        }
                      >
                        Take out
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {next !== null && (
        <Button size="xs" variant="default" mt={8} onClick={() => void load(next)}>
          More
        </Button>
      )}
    </Panel>
  );
}

function Sanctions(props: {
  readonly sources: readonly SanctionsList[];
  readonly may: boolean;
  readonly sees: boolean;
  readonly onChanged: () => void;
}) {
  const [name, setName] = useState('');
  const [said, setSaid] = useState<string>();
  const [bad, setBad] = useState(false);
  const show = (text: string, isBad = false): void => {
    setSaid(text);
    setBad(isBad);
  };
  return (
    <Panel
      title="Sanctions names"
      note={
        props.may && (
          <FileButton
            accept=".csv,.xml,text/csv,application/xml"
            onChange={(file) => {
              if (!file) return;
              const source =
                file.name
                  .replace(/\.\w+$/, '')
                  .replaceAll(/[^\w .-]/g, '-')
                  .slice(0, 60) || 'list';
              ask<SanctionsListImported>(`/v1/sanctions/${encodeURIComponent(source)}`, {
                method: 'PUT',
                headers: { 'content-type': 'text/csv' },
                body: file,
              })
                .then(
                  (done) =>
                    show(
                      `${source}: ${count(done.names)} names${done.dropped > 0 ? `, ${count(done.dropped)} entries or aliases without one` : ''}`,
                    ),
                  (error: Error) => show(error.message, true),
                )
                .finally(props.onChanged);
            }}
          >
            {(button) => (
              <Button
                {...button}
                size="compact-xs"
                title="Lists of OFAC (SDN.CSV, ALT.CSV, SDN.XML, SDN_ADVANCED.XML), the EU (XML, CSV), the United Nations (XML), or a CSV with uid and name"
              >
                Import …
              </Button>
            )}
          </FileButton>
        )
      }
    >
      {props.sources.length === 0 && (
        <Empty>
          None imported. Rules then find no name: sanctionMatch(…) is 0. Get a list of OFAC, the EU or the
          United Nations and import it here.
        </Empty>
      )}
      {props.sources.map((source) => (
        <p key={source.name} className="history">
          <b>{source.name}</b> {count(source.names)} names{' '}
          <span className="muted">
            {source.importedBy}, {dateTime(source.importedAt)}
          </span>
        </p>
      ))}
      {props.sees && props.sources.length > 0 && (
        <form
          className="filters"
          onSubmit={(event) => {
            event.preventDefault();
            tell<NameScreened>('/v1/sanctions/screen', { name }).then(
              (found) => show(foundText(found)),
              (error: Error) => show(error.message, true),
            );
          }}
        >
          <TextInput
            size="xs"
            aria-label="Name to screen"
            placeholder="Screen a name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button size="xs" type="submit" variant="default">
            Screen
          </Button>
        </form>
      )}
      {said && (
        <p className={bad ? 'problem' : 'muted'} role="status">
          {said}
        </p>
      )}
    </Panel>
  );
}

function NewList(props: { readonly onClose: () => void; readonly onMade: (name: string) => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<string | null>('device');
  const [purpose, setPurpose] = useState<string | null>('block');
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<string>();
  return (
    <Dialog title="New list" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          tell('/v1/lists', { name, kind, purpose, note }).then(
            () => props.onMade(name),
            (error: Error) => setProblem(error.message),
          );
        }}
      >
        <TextInput
          label="Name"
          description="Small letters, digits, hyphens: rules name it so"
          size="xs"
          required
          value={name}
          onChange={(event) =>
            setName(event.currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'))
          }
        />
        <Select
          label="Of"
          size="xs"
          mt={8}
          data={[...LIST_KINDS]}
          value={kind}
          onChange={setKind}
          allowDeselect={false}
        />
        <Select
          label="To"
          size="xs"
          mt={8}
          data={[...LIST_PURPOSES]}
          value={purpose}
          onChange={setPurpose}
          allowDeselect={false}
        />
        <TextInput
          label="What it is for"
          size="xs"
          mt={8}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Problem text={problem} />
        <DialogActions submit="Make" onClose={props.onClose} />
      </form>
    </Dialog>
  );
}
