// Cases over HTTP: alerts that belong together, tasks, a narrative, closing by one or two people, and the report.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Desk } from '../../ports/desk.ts';
import {
  addAlertsToCase,
  addNoteToCase,
  addTaskToCase,
  changeCase,
  getCase,
  listCases,
  MAX_ALERTS_OF_CASE,
  openCase,
  reportCase,
  setTaskOfCase,
  takeAlertOutOfCase,
} from '../../protocol/cases.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { notesMessage } from '../alerts/alert-messages.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { caseFile } from './case-file.ts';
import { caseMessage } from './case-messages.ts';
import { change } from './change-case.ts';
import { noCase } from './no-case.ts';
import { makeReport } from './report-case.ts';

const PAGE = 100;

async function list(request: RequestOf<typeof listCases>, { office }: Desk) {
  const { status, cursor } = request.query;
  const found = await office.cases.list(status, cursor, PAGE);
  return {
    items: found.map((one) => caseMessage(one, sightOf(request))),
    nextCursor: found.length === PAGE ? (found.at(-1)?.id ?? null) : null,
  };
}

async function open(request: RequestOf<typeof openCase>, { office, clock }: Desk) {
  const { title, alerts = [] } = request.body;
  const { id, name } = actorOf(request);
  const entry = entryOf(request, clock, 'opened a case', 'case {case}', { title, alerts });
  return { id: await office.cases.open(title.trim(), { id, name }, alerts, entry) };
}

async function addAlerts(
  request: RequestOf<typeof addAlertsToCase>,
  reply: FastifyReply,
  { office, clock }: Desk,
) {
  const { alerts } = request.body;
  const found = await office.cases.find(request.params.id);
  if (!found) return noCase(reply, request.params.id);
  if (found.alerts + alerts.length > MAX_ALERTS_OF_CASE) {
    return sendProblem(reply, 409, 'Conflict', `A case holds at most ${MAX_ALERTS_OF_CASE} alerts.`);
  }
  const entry = entryOf(request, clock, 'added alerts', `case ${found.id}`, { alerts });
  return { added: await office.cases.addAlerts(found.id, alerts, entry) };
}

async function takeOut(
  request: RequestOf<typeof takeAlertOutOfCase>,
  reply: FastifyReply,
  { office, clock }: Desk,
) {
  const { id, alert } = request.params;
  const entry = entryOf(request, clock, 'removed an alert', `case ${id}`, { alert });
  if (await office.cases.removeAlert(id, alert, entry)) return { removed: alert };
  return sendProblem(reply, 404, 'Not found', `There is no alert ${alert} in a case ${id}.`);
}

async function addNote(
  request: RequestOf<typeof addNoteToCase>,
  reply: FastifyReply,
  { office, clock }: Desk,
) {
  const { cases, notes } = office;
  const found = await cases.find(request.params.id);
  if (!found) return noCase(reply, request.params.id);
  const subject = `case ${found.id}`;
  await notes.addNote(subject, request.body.text.trim(), entryOf(request, clock, 'added a note', subject));
  return { notes: notesMessage(await notes.notes(subject), sightOf(request)) };
}

async function addTask(
  request: RequestOf<typeof addTaskToCase>,
  reply: FastifyReply,
  { office, clock }: Desk,
) {
  const { cases } = office;
  const found = await cases.find(request.params.id);
  if (!found) return noCase(reply, request.params.id);
  const task = request.body.text.trim();
  await cases.addTask(found.id, task, entryOf(request, clock, 'added a task', `case ${found.id}`, { task }));
  return { tasks: (await cases.tasks(found.id)).length };
}

async function setTask(
  request: RequestOf<typeof setTaskOfCase>,
  reply: FastifyReply,
  { office, clock }: Desk,
) {
  const { id, task } = request.params;
  const { done } = request.body;
  const action = done ? 'did a task' : 'took up a task again';
  const entry = entryOf(request, clock, action, `case ${id}`, { task });
  const isSo =
    (await office.cases.setTask(id, task, done, entry)) ||
    (await office.cases.tasks(id)).some((one) => one.id === task && one.done === done);
  return isSo
    ? { task, done }
    : sendProblem(reply, 404, 'Not found', `There is no task ${task} in a case ${id}.`);
}

export function caseRoutes(app: FastifyInstance, desk: Desk): void {
  const { office } = desk;
  serve(app, listCases, (request) => list(request, desk));
  serve(app, openCase, (request) => open(request, desk));
  serve(app, getCase, async (request, reply) => {
    const found = await office.cases.find(request.params.id);
    return found ? caseFile(office, found, sightOf(request)) : noCase(reply, request.params.id);
  });
  serve(app, changeCase, (request, reply) => change(request, reply, desk));
  serve(app, addAlertsToCase, (request, reply) => addAlerts(request, reply, desk));
  serve(app, takeAlertOutOfCase, (request, reply) => takeOut(request, reply, desk));
  serve(app, addNoteToCase, (request, reply) => addNote(request, reply, desk));
  serve(app, addTaskToCase, (request, reply) => addTask(request, reply, desk));
  serve(app, setTaskOfCase, (request, reply) => setTask(request, reply, desk));
  serve(app, reportCase, (request, reply) => makeReport(request, reply, desk));
}
