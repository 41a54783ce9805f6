// Builds the clients of the API: TypeScript into sdk/typescript/dist, Python into sdk/python/goshawk_client.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openApiDocument } from '../../src/protocol/document.ts';
import { OPERATIONS, placesOf } from '../../src/protocol/operations.ts';
import { pythonModule } from './python.ts';
import type { Document } from './schema.ts';
import { typescriptModule } from './typescript.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const document = JSON.parse(JSON.stringify(openApiDocument(OPERATIONS, version))) as Document;
const places = placesOf(OPERATIONS);

const typescript = join(ROOT, 'sdk/typescript');
const build = join(typescript, 'build');
rmSync(build, { recursive: true, force: true });
mkdirSync(build, { recursive: true });
cpSync(join(typescript, 'src'), build, { recursive: true });
cpSync(join(ROOT, 'src/client/transport.ts'), join(build, 'transport.ts'));
writeFileSync(join(build, 'generated.ts'), typescriptModule(document, places));
const compiled = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', typescript], { encoding: 'utf8' });
if (compiled.status !== 0) {
  console.error(compiled.stdout);
  process.exit(1);
}
writeFileSync(join(ROOT, 'sdk/python/goshawk_client/generated.py'), pythonModule(document, places));
console.log(`sdk/typescript/dist, sdk/python/goshawk_client: ${Object.keys(places).length} operations`);
