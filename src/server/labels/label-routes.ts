// Labels over HTTP: one, or many as lines or arrays of JSON or as CSV; each that is not taken is told with its place.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { shown } from '../../domain/fields.ts';
import { readJson } from '../../domain/json-text.ts';
import { parseVerdict, type Verdict } from '../../domain/label.ts';
import type { Problem } from '../../domain/problem.ts';
import { badByteText } from '../../domain/utf8.ts';
import { csvRecords } from '../../formats/csv-records.ts';
import { jsonRecords } from '../../formats/json-records.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import { addLabels } from '../../protocol/labels.ts';
import type { QueryOf } from '../../protocol/operation.ts';
import { entryOf } from '../access/access.ts';
import { unprocessable } from '../decisions/decide-route.ts';
import { watchPace } from '../edge/connection-bounds.ts';
import { isNotDecodable, notDecodable } from '../edge/content-encoding.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { answer, serve } from '../edge/serve.ts';
import type { LabelRelay } from './label-relay.ts';

const CHUNK = 500;
const MAX_RECORD_BYTES = 16 * 1024;
const MAX_ERRORS_SHOWN = 1000;

/** What stands at a place of a body: a label, nothing that is known, or what is wrong. */
type Read = {
  /** Of the record from 1 on; of a CSV the line of the file. */
  readonly place: number;
} & (
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong'; readonly problem: string }
);

const COLUMNS = ['transactionId', 'fraud', 'fraudType', 'source', 'labelledAt'];
const values = (text: string | undefined, preset: string): readonly string[] =>
  (text ?? preset).split(',').map((value) => value.trim());

async function* readJsonBody(body: AsyncIterable<Buffer>): AsyncGenerator<Read> {
  for await (const piece of jsonRecords(body, MAX_RECORD_BYTES)) {
    const place = piece.index;
    if (piece.kind === 'text') {
      const read = readJson(piece.text);
      if (read.ok) yield { place, kind: 'value', value: read.value };
      else yield { place, kind: 'wrong', problem: read.problems[0].message };
    } else if (piece.kind === 'broken') yield { place, kind: 'wrong', problem: piece.problem };
    else if (piece.kind === 'bad-bytes')
      yield { place, kind: 'wrong', problem: `This element is ${badByteText(piece.badByte)}.` };
    else yield { place, kind: 'wrong', problem: `This element is longer than ${MAX_RECORD_BYTES} bytes.` };
  }
}

async function* readCsvBody(
  body: AsyncIterable<Buffer>,
  query: QueryOf<typeof addLabels>,
): AsyncGenerator<Read> {
  const fraud = values(query.fraud, 'true,1');
  const genuine = values(query.genuine, 'false,0');
  const unknown = ['', ...values(query.unknown, '')];
  let header: readonly string[] | undefined;
  for await (const record of csvRecords(body, { maxBytes: MAX_RECORD_BYTES })) {
    const place = record.line;
    if (record.kind !== 'cells') {
      const problem =
        record.kind === 'broken' ? record.problem : `Cell ${record.cell} is ${badByteText(record.badByte)}.`;
      yield { place, kind: 'wrong', problem };
      continue;
    }
    const cells = record.cells.map((cell) => cell.trim());
    if (!header) {
      const missing = ['transactionId', 'fraud'].filter((name) => !cells.includes(name));
      const strange = cells.find((name) => !COLUMNS.includes(name));
      if (missing.length > 0 || strange !== undefined) {
        const what =
          strange === undefined
            ? `It lacks ${missing.join(' and ')}.`
            : `${shown(strange)} is no column of it.`;
        yield {
          place,
          kind: 'wrong',
          problem: `The first line names the columns ${COLUMNS.join(', ')}. ${what}`,
        };
        return;
      }
      header = cells;
      continue;
    }
    if (cells.length !== header.length) {
      const problem = `The line has ${cells.length} cells, the first line ${header.length}.`;
      yield { place, kind: 'wrong', problem };
      continue;
    }
    const said = Object.fromEntries(header.flatMap((name, i) => (cells[i] === '' ? [] : [[name, cells[i]]])));
    const verdict = said.fraud ?? '';
    if (unknown.includes(verdict)) yield { place, kind: 'unknown' };
    else if (fraud.includes(verdict) || genuine.includes(verdict))
      yield { place, kind: 'value', value: { ...said, fraud: fraud.includes(verdict) } };
    else {
      const problem = `fraud is ${shown(verdict)}; it means fraud as ${fraud.join(', ')}, genuine as ${genuine.join(', ')}. Other values are declared by ?fraud=…&genuine=…`;
      yield { place, kind: 'wrong', problem };
    }
  }
}

const JSON_TYPES = /^application\/(json|x-ndjson|ndjson|jsonl|x-jsonl|jsonlines|x-jsonlines|json-lines)$/;
const typeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0].trim().toLowerCase();

async function refuseOtherTypes(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const type = typeOf(request);
  if (JSON_TYPES.test(type) || type === 'text/csv') return;
  await sendProblem(
    reply,
    415,
    'Cannot be read',
    `Labels are not read as ${type.slice(0, 60)}. Send application/json, application/x-ndjson or text/csv.`,
  );
}

type LabelError = { readonly index: number; readonly status: number; readonly problems: readonly Problem[] };

/** The route reads its own stream, so it lives in a scope without body parsers. */
export function labelRoutes(app: FastifyInstance, desk: Desk, relay: LabelRelay, boundary: Boundary): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  /** One label, alone in a body: its answer is about it. */
  async function labelOne(
    request: FastifyRequest,
    reply: FastifyReply,
    value: unknown,
  ): Promise<FastifyReply> {
    const parsed = parseVerdict(value, desk.clock.nowMs(), desk.cards);
    if (!parsed.ok) return unprocessable(reply, parsed.problems);
    const verdict = parsed.value;
    const { transactionId, fraud, fraudType, source } = verdict;
    if (!(await desk.store.transaction(transactionId)))
      return sendProblem(reply, 404, 'Not found', `There is no transaction ${transactionId} to label.`);
    const detail = { fraud, fraudType, source };
    await desk.office.alerts.label(
      [verdict],
      entryOf(request, desk.clock, 'labelled', `transaction ${transactionId}`, detail),
    );
    // It is committed; whether the stream takes it now or later is told by the label itself.
    await relay.push();
    return answer(reply, addLabels, 202, { transactionId, fraud });
  }

  serve(
    app,
    addLabels,
    async (request, reply) => {
      const isCsv = typeOf(request) === 'text/csv';
      const isLines = !isCsv && typeOf(request) !== 'application/json';
      const errors: LabelError[] = [];
      let accepted = 0;
      let frauds = 0;
      let unknown = 0;
      let rejected = 0;
      let chunk: { readonly place: number; readonly verdict: Verdict }[] = [];
      const reject = (index: number, status: number, problems: readonly Problem[]): void => {
        rejected++;
        if (errors.length < MAX_ERRORS_SHOWN) errors.push({ index, status, problems });
      };
      const flush = async (): Promise<void> => {
        if (chunk.length === 0) return;
        const full = chunk;
        chunk = [];
        const known = await desk.store.findKnown(full.map(({ verdict }) => verdict.transactionId));
        const verdicts: Verdict[] = [];
        for (const { place, verdict } of full) {
          const { transactionId } = verdict;
          if (known.has(transactionId)) verdicts.push(verdict);
          else {
            const message = `There is no transaction ${transactionId} to label.`;
            reject(place, 404, [{ pointer: '/transactionId', message }]);
          }
        }
        if (verdicts.length === 0) return;
        const ofFraud = verdicts.filter(({ fraud }) => fraud).length;
        const detail = { labels: verdicts.length, frauds: ofFraud, first: verdicts[0].transactionId };
        await desk.office.alerts.label(
          verdicts,
          entryOf(request, desk.clock, 'labelled many', 'transactions', detail),
        );
        accepted += verdicts.length;
        frauds += ofFraud;
      };
      const pace = watchPace(request, reply, boundary, () => `${accepted} labels were taken.`);
      const body =
        request.body instanceof Readable ? (request.body as AsyncIterable<Buffer>) : Readable.from([]);
      let read = 0;
      let only: Read | undefined;
      let first = '';
      const watched = async function* (): AsyncGenerator<Buffer> {
        for await (const bytes of body) {
          if (first === '') first = bytes.toString('latin1').replace(/[\s\u00ef\u00bb\u00bf]/g, '')[0] ?? '';
          yield bytes;
        }
      };
      const take = (one: Read): void => {
        if (one.kind === 'unknown') unknown++;
        else if (one.kind === 'wrong') reject(one.place, 422, [{ pointer: '', message: one.problem }]);
        else {
          const parsed = parseVerdict(one.value, desk.clock.nowMs(), desk.cards);
          if (parsed.ok) chunk.push({ place: one.place, verdict: parsed.value });
          else reject(one.place, 422, parsed.problems);
        }
      };
      try {
        for await (const one of isCsv ? readCsvBody(watched(), request.query) : readJsonBody(watched())) {
          pace.came();
          read++;
          if (read === 1 && !isCsv && !isLines && first === '{') {
            only = one;
            continue;
          }
          if (only) take(only);
          only = undefined;
          take(one);
          if (chunk.length >= CHUNK) await flush();
        }
      } catch (error) {
        await flush();
        if (accepted > 0) await relay.push();
        if (!isNotDecodable(error)) throw error;
        return sendProblem(
          reply,
          400,
          'Bad request',
          `${notDecodable(error)} ${accepted} labels were taken.`,
        );
      } finally {
        pace.stop();
      }
      if (only)
        return only.kind === 'value'
          ? labelOne(request, reply, only.value)
          : sendProblem(
              reply,
              400,
              'Bad request',
              only.kind === 'wrong' ? only.problem : 'The body says nothing.',
            );
      await flush();
      if (accepted > 0) await relay.push();
      const figures = { accepted, frauds, unknown, rejected, errors };
      if (read === 0 && first !== '[' && !isCsv)
        return sendProblem(
          reply,
          400,
          'Bad request',
          'The body is empty; it must be a label, a list, or a label a line.',
        );
      if (accepted + unknown > 0 || rejected === 0) return figures;
      return sendProblem(
        reply,
        422,
        'Not valid',
        `None of ${rejected} could be taken; see errors.`,
        undefined,
        figures,
      );
    },
    { onRequest: refuseOtherTypes, streams: true },
  );
}
