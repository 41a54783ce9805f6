// Sanctions lists: imported, and asked for a name.
import { Button, FileButton, TextInput } from '@mantine/core';
import type { NameScreened, SanctionsList } from '../../../src/protocol/lists.ts';
import { needed, useSentForm } from '../kit/form.ts';
import { Form, FormProblem, SendButton } from '../kit/form-parts.tsx';
import { count, dateTime, percent } from '../kit/format.ts';
import { Empty, Panel } from '../kit/parts.tsx';
import { call, outdated } from '../live/desk.ts';
import { SaidLine, useSaid } from './said.tsx';

const foundText = ({ score, name, uid, source, why }: NameScreened): string =>
  name === null
    ? why
    : `${percent(score, 0)} like ${name} (${[uid, source].filter((one) => one !== null).join(', ')}). ${why}`;

/** What a list is called after its file. */
const sourceOf = (file: File): string =>
  file.name
    .replace(/\.\w+$/, '')
    .replaceAll(/[^\w .-]/g, '-')
    .slice(0, 60) || 'list';

async function importList(file: File): Promise<string> {
  const source = sourceOf(file);
  const params = { name: source };
  // What it is is seen from its content.
  const { names, dropped } = await call('importSanctionsList', { params, type: 'text/csv', body: file });
  const without = dropped > 0 ? `, ${count(dropped)} entries or aliases without one` : '';
  return `${source}: ${count(names)} names${without}`;
}

function ImportButton(props: { readonly onFile: (file: File) => void }) {
  return (
    <FileButton accept=".csv,.xml,text/csv,application/xml" onChange={(file) => file && props.onFile(file)}>
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
  );
}

function ScreenForm(props: { readonly onFound: (text: string) => void }) {
  const form = useSentForm({
    initial: { name: '' },
    rules: { name: needed('Type a name.') },
    send: async (body) => props.onFound(foundText(await call('screenName', { body }))),
  });
  return (
    <Form form={form} className="filters">
      <TextInput
        size="xs"
        aria-label="Name to screen"
        placeholder="Screen a name"
        required
        {...form.field('name')}
      />
      <SendButton form={form} variant="default">
        Screen
      </SendButton>
      <FormProblem form={form} />
    </Form>
  );
}

export function SanctionsPanel(props: {
  readonly sources: readonly SanctionsList[];
  readonly may: boolean;
  readonly sees: boolean;
}) {
  const { sources } = props;
  const { said, run, say } = useSaid();
  return (
    <Panel
      title="Sanctions names"
      note={
        props.may && (
          <ImportButton onFile={(file) => void run(importList(file)).finally(() => outdated('listLists'))} />
        )
      }
    >
      {sources.length === 0 && (
        <Empty>
          None imported. Rules then find no name: sanctionMatch(…) is 0. Get a list of OFAC, the EU or the
          United Nations and import it here.
        </Empty>
      )}
      {sources.map((source) => (
        <p key={source.name} className="history">
          <b>{source.name}</b> {count(source.names)} names{' '}
          <span className="muted">
            {source.importedBy}, {dateTime(source.importedAt)}
          </span>
        </p>
      ))}
      {props.sees && sources.length > 0 && <ScreenForm onFound={say} />}
      <SaidLine said={said} />
    </Panel>
  );
}
