// The thread that a catalogue document is checked in. What it takes ends with the thread.
import { parentPort, workerData } from 'node:worker_threads';
import { checkHere } from './document-check.ts';

parentPort?.postMessage(checkHere(workerData));
