// A file that was brought: what is asked, what its columns become, its first rows as they are and as they will be.
import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { CURRENCY_CODES } from '../../../src/domain/currency.ts';
import { FIELD_TYPES, type FieldType } from '../../../src/domain/data-model.ts';
import { withValueAt } from '../../../src/domain/json-place.ts';
import type { ImportColumn, ImportedFile, ImportQuestion } from '../../../src/protocol/file-imports.ts';
import { count, percent } from '../kit/format.ts';
import { Panel } from '../kit/parts.tsx';
import { type Column, Table } from '../kit/table.tsx';
import { TYPE_WORDS } from './field-words.ts';
import {
  answerOf,
  type Mapping,
  OWN,
  openQuestions,
  ownOf,
  USE_CHOICES,
  useOf,
  withType,
  withUse,
} from './import-mapping.ts';
import { MappingText } from './import-mapping-text.tsx';
import { ImportPreview } from './import-preview.tsx';

const TYPES = FIELD_TYPES.filter((type) => type !== 'place').map((value) => ({
  value,
  label: TYPE_WORDS[value],
}));
/** What a text of a question's own kind stands for in the mapping. */
const OTHERS = {
  zone: () => Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, text: zone })),
  currency: () => [...CURRENCY_CODES].sort().map((code) => ({ value: { constant: code }, text: code })),
} as const;

function Question(props: {
  readonly question: ImportQuestion;
  readonly answer: string | undefined;
  readonly onAnswer: (value: unknown) => void;
}) {
  const { question, answer, onAnswer } = props;
  const { text, choices, takes } = question;
  const [more] = useState(() => (takes ? OTHERS[takes]() : []));
  const all = [...choices, ...more.filter((one) => !choices.some((choice) => choice.text === one.text))];
  const [chosen, setChosen] = useState(answer ?? '');
  return (
    <NativeSelect
      size="xs"
      label={text}
      value={chosen}
      data={[
        { value: '', label: 'Choose …' },
        ...all.map((choice) => ({ value: choice.text, label: choice.text })),
      ]}
      onChange={(event) => {
        const choice = all.find((one) => one.text === event.currentTarget.value);
        setChosen(choice?.text ?? '');
        onAnswer(choice === undefined ? undefined : choice.value);
      }}
    />
  );
}

const columnsOf = (props: ColumnsProps): readonly Column<ImportColumn>[] => {
  const { mapping, onMapping, declare, onDeclare, mayDeclare } = props;
  return [
    { title: 'Column', cell: ({ name }) => name || '(no name)', hint: ({ why }) => why },
    {
      title: 'Becomes',
      cell: (column) => (
        <NativeSelect
          size="xs"
          aria-label={`${column.name} becomes`}
          value={useOf(mapping, column)}
          data={USE_CHOICES}
          onChange={(event) => onMapping(withUse(mapping, column, event.currentTarget.value))}
        />
      ),
    },
    {
      title: 'Holds',
      cell: (column) => {
        const own = ownOf(mapping, column);
        return own ? (
          <NativeSelect
            size="xs"
            aria-label={`${column.name} holds`}
            value={own.type}
            data={TYPES}
            onChange={(event) => onMapping(withType(mapping, column, event.currentTarget.value as FieldType))}
          />
        ) : null;
      },
    },
    {
      title: 'Declare',
      about: 'Into the draft of the catalogue: rules and features can name it',
      cell: (column) => {
        const own = ownOf(mapping, column);
        return own && mayDeclare ? (
          <Checkbox
            size="xs"
            aria-label={`Declare ${own.name}`}
            checked={declare.has(own.name)}
            onChange={(event) => onDeclare(own.name, event.currentTarget.checked)}
          />
        ) : null;
      },
    },
    {
      title: 'Sure',
      about: 'How sure it is what the column was taken for',
      right: true,
      className: 'hide-small',
      hint: ({ why }) => why,
      cell: (column) => (useOf(mapping, column) === OWN ? '' : percent(column.confidence || null, 0)),
    },
    {
      title: 'Filled',
      right: true,
      className: 'hide-small',
      cell: ({ filled, empty }) => percent(filled / Math.max(1, filled + empty), 0),
    },
    { title: 'Examples', className: 'muted hide-small long', cell: ({ samples }) => samples.join(' · ') },
  ];
};

type ColumnsProps = {
  readonly mapping: Mapping;
  readonly onMapping: (mapping: Mapping) => void;
  readonly declare: ReadonlySet<string>;
  readonly onDeclare: (name: string, on: boolean) => void;
  readonly mayDeclare: boolean;
};

export function FileAdjusted(
  props: ColumnsProps & {
    readonly file: ImportedFile;
    readonly said: ReadonlySet<string>;
    readonly onSaid: (pointer: string, isNothing: boolean) => void;
    readonly busy: boolean;
    readonly onTry: () => void;
    readonly onImport: () => void;
    readonly onDrop: () => void;
  },
) {
  const { file, mapping, onMapping, said, onSaid, busy } = props;
  const { detection } = file;
  const open = openQuestions(detection, mapping, said);
  const isReady = open.length === 0;
  return (
    <>
      <Panel
        title={file.name}
        note={
          detection ? `the first ${count(detection.rows)} rows were looked at` : 'rows as the API takes them'
        }
      >
        {detection?.notes.map((note) => (
          <p className="muted" key={note} style={{ marginTop: 0 }}>
            {note}
          </p>
        ))}
        {detection && detection.questions.length > 0 && (
          <>
            <h3>{isReady ? 'What was asked' : `${open.length} to be said`}</h3>
            <div className="pair import-questions" data-testid="import-questions">
              {detection.questions.map((question) => (
                <Question
                  key={question.pointer}
                  question={question}
                  answer={answerOf(mapping, question)}
                  onAnswer={(value) => {
                    onSaid(question.pointer, value === null);
                    onMapping(withValueAt(mapping, question.pointer, value ?? undefined));
                  }}
                />
              ))}
            </div>
          </>
        )}
        <div className="actions">
          <Button size="xs" variant="subtle" onClick={props.onDrop} disabled={busy}>
            Another file
          </Button>
          <Button size="xs" variant="default" onClick={props.onTry} disabled={!isReady || busy}>
            Try all rows
          </Button>
          <Button size="xs" onClick={props.onImport} disabled={!isReady || busy}>
            Import
          </Button>
        </div>
      </Panel>
      {detection && (
        <Panel title="Columns">
          <Table
            label="Columns"
            rows={detection.columns}
            rowKey={({ name, attribute }) => `${name} ${attribute}`}
            columns={columnsOf(props)}
          />
          <MappingText name={file.name} mapping={mapping} onMapping={onMapping} />
        </Panel>
      )}
      <ImportPreview file={file} mapping={mapping} isReady={isReady} />
    </>
  );
}
