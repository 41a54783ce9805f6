// What people work with, held to the contracts of its ports on both kinds of databases. Suites that get along share one.
import { auditContract } from './contracts/audit.ts';
import { casesContract } from './contracts/cases.ts';
import { catalogueContract } from './contracts/catalogue.ts';
import { erasuresContract } from './contracts/erasures.ts';
import { fileImportsContract } from './contracts/file-imports.ts';
import { listsContract } from './contracts/lists.ts';
import { notesContract } from './contracts/notes.ts';
import { observedFieldsContract } from './contracts/observed-fields.ts';
import { officeContract } from './contracts/office.ts';
import type { OfficeWorld } from './contracts/office-world.ts';
import { proposalsContract } from './contracts/proposals.ts';
import { ratesContract } from './contracts/rates.ts';
import { rulesContract } from './contracts/rules.ts';
import { settingsContract } from './contracts/settings.ts';
import { startDatabases } from './databases.ts';

const { onBothOffices } = await startDatabases();

type Suite = (name: string, open: () => Promise<OfficeWorld>) => void;

/** Each begins with what those before left; the last one closes the database. */
const SUITES: readonly Suite[] = [
  ratesContract,
  casesContract,
  listsContract,
  notesContract,
  proposalsContract,
  rulesContract,
  catalogueContract,
  observedFieldsContract,
  fileImportsContract,
  settingsContract,
  erasuresContract,
  officeContract,
  auditContract,
];

onBothOffices((name, open) => {
  let world: Promise<OfficeWorld> | undefined;
  const shared = (isLast: boolean) => async (): Promise<OfficeWorld> => {
    world ??= open();
    const opened = await world;
    return isLast ? opened : { ...opened, close: async () => undefined };
  };
  for (const suite of SUITES) suite(name, shared(suite === SUITES.at(-1)));
}, 'office');
