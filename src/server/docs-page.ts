// The API on one readable page, drawn from the OpenAPI document.

type Operation = {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string }[];
};

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
code,pre{font:14px/1.4 ui-monospace,monospace}section{border-top:1px solid #8884;padding:.5rem 0}
b{display:inline-block;min-width:4rem}pre{overflow:auto;background:#8881;padding:.75rem;border-radius:6px}`;

/** A page for people; machines read /openapi.json. */
export function docsPage(document: object): string {
  const { paths = {}, info } = document as {
    paths?: Record<string, Record<string, Operation & { requestBody?: unknown }>>;
    info: { title: string; version: string; description?: string };
  };
  const sections = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const parameters = (operation.parameters ?? [])
        .map((p) => `<code>${escapeHtml(p.name)}</code> (${p.in})`)
        .join(', ');
      const body = operation.requestBody
        ? `<details><summary>Body</summary><pre>${escapeHtml(JSON.stringify(operation.requestBody, null, 2))}</pre></details>`
        : '';
      return `<section><h2><b>${method.toUpperCase()}</b> <code>${escapeHtml(path)}</code></h2>
        <p>${escapeHtml(operation.summary ?? '')}. ${escapeHtml(operation.description ?? '')}</p>
        ${parameters ? `<p>Parameters: ${parameters}</p>` : ''}${body}</section>`;
    }),
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)} API</title><style>${STYLE}</style>
<h1>${escapeHtml(info.title)} API ${escapeHtml(info.version)}</h1><p>${escapeHtml(info.description ?? '')}
The same as a document for machines: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1); messages of the live feed and of the stream: <a href="/asyncapi.json">/asyncapi.json</a> (AsyncAPI 3.0).</p>${sections.join('\n')}</html>`;
}
