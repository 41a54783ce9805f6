// The API on one readable page: operations by capability, with what goes in, what comes out, who may, and what is audited.

import { answersNothing, auditedBy, permissionWords, problemsOf } from '../protocol/document.ts';
import { exampleOf } from '../protocol/example.ts';
import type { OperationShape } from '../protocol/operation.ts';

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A description, in which `code` stands between backticks. */
const prose = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto;max-height:24rem;background:#8881;padding:.75rem;border-radius:6px}
nav{columns:4 9rem;margin:1rem 0}nav a{display:block}h2{margin-top:2.5rem;text-transform:capitalize}
details{border-top:1px solid #8884}summary{padding:.5rem 0;cursor:pointer}summary b{display:inline-block;min-width:4rem}
summary span{color:#888;margin-left:.5rem}details>div{padding:0 0 1rem 1rem}table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}
@media(max-width:40rem){nav{columns:2}summary span{display:block;margin-left:0}}`;

type Field = { readonly type?: string; readonly enum?: readonly string[]; readonly description?: string };

function fieldsTable(operation: OperationShape): string {
  const { params, query, headers } = operation;
  const rows = [[params, 'path'] as const, [query, 'query'] as const, [headers, 'header'] as const].flatMap(
    ([schema, place]) =>
      Object.entries(schema?.properties ?? {}).map(([name, part]) => {
        const { type = '', enum: values, description = '' } = JSON.parse(JSON.stringify(part)) as Field;
        const needed = place === 'path' || schema?.required?.includes(name) ? ', required' : '';
        const kind = values ? values.join(', ') : type;
        return `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${needed}</td><td>${escapeHtml(kind)}</td><td>${prose(description)}</td></tr>`;
      }),
  );
  return rows.length === 0 ? '' : `<table><tr><th>Parameter<th>In<th>Is<th></tr>${rows.join('')}</table>`;
}

const example = (title: string, value: unknown): string =>
  `<p>${title}</p><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre>`;

function answersOf({ answers, answerType }: OperationShape): string {
  return Object.entries(answers)
    .map(([status, schema]) => {
      if (answersNothing(Number(status)) || !schema) return `<p>Answers ${status}.</p>`;
      if (answerType !== undefined) return `<p>Answers ${status}, ${escapeHtml(answerType)}.</p>`;
      return example(`Answers ${status}, for example:`, exampleOf(schema));
    })
    .join('');
}

function operationText(operation: OperationShape): string {
  const { id, method, path, pathByAnyId, summary, description = '', body, streamTypes } = operation;
  const audited = auditedBy(operation);
  return `<details id="${id}"><summary><b>${method}</b> <code>${escapeHtml(path)}</code><span>${escapeHtml(summary)}</span></summary><div>
<p>${prose(description)}</p><p><code>${id}</code>. ${permissionWords(operation) ?? 'Anybody may ask.'}${audited.length > 0 ? ` In the audit trail: ${escapeHtml(audited.join(', '))}.` : ''}${
    pathByAnyId === undefined
      ? ''
      : ` Ids with <code>.</code> or <code>/</code>: <code>${escapeHtml(pathByAnyId)}?id=…</code>.`
  }</p>${fieldsTable(operation)}${body ? example('Body, for example:', exampleOf(body)) : ''}${
    streamTypes ? `<p>Body: ${escapeHtml(streamTypes.join(', '))}.</p>` : ''
  }${answersOf(operation)}<p>Problems: ${problemsOf(operation).join(', ')}.</p></div></details>`;
}

/** A page for people; machines read /openapi.json. */
export function docsPage(operations: readonly OperationShape[], version: string): string {
  const capabilities = [...new Set(operations.map(({ capability }) => capability))].sort();
  const links = capabilities.map((name) => `<a href="#${name}">${name}</a>`).join('');
  const sections = capabilities.map((name) => {
    const own = operations.filter(({ capability }) => capability === name);
    return `<section id="${name}"><h2>${name}</h2>${own.map(operationText).join('')}</section>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Goshawk API</title><style>${STYLE}</style>
<h1>Goshawk API ${escapeHtml(version)}</h1><p>Real-time fraud detection: a transaction in, a decision with its reasons out.
The same as documents for machines: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1); messages of the live feed and of the
stream: <a href="/asyncapi.json">/asyncapi.json</a> (AsyncAPI 3.0). Clients: sdk/typescript and sdk/python.</p>
<p>A key goes into <code>Authorization: Bearer gk_…</code>; errors are problem details (RFC 9457), with the field of each problem.</p>
<nav>${links}</nav>${sections.join('')}</html>`;
}
