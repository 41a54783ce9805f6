// What is answered of a case that is not there.
import type { FastifyReply } from 'fastify';
import { sendProblem } from '../edge/problem-details.ts';

export const noCase = (reply: FastifyReply, id: number): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no case ${id}.`);
