// The model registry in the database, the same in the process and on a server.
import { InputError } from '../../domain/input-error.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { ModelState } from '../../domain/model-state.ts';
import { checksum, parseModel, serializeModel } from '../../models/model.ts';
import type { FiledModel, ModelEvent, ModelRegistry } from '../../ports/office/models.ts';
import type { Row, SqlSession, Statement } from './session.ts';

const COLUMNS = 'version, sha256, state, share, filed_at, filed_by, notes, info';

function toFiled(row: Row): FiledModel {
  return {
    version: String(row.version),
    sha256: String(row.sha256),
    state: row.state as ModelState,
    share: Number(row.share),
    filedAtMs: (row.filed_at as Date).getTime(),
    filedBy: String(row.filed_by),
    notes: String(row.notes),
    info: JSON.parse(String(row.info)),
  };
}

function toEvent(row: Row): ModelEvent {
  return {
    id: Number(row.id),
    atMs: (row.at as Date).getTime(),
    version: String(row.version),
    action: row.action as ModelEvent['action'],
    from: (row.from_state as ModelState | null) ?? undefined,
    to: row.to_state as ModelState,
    share: Number(row.share),
    who: String(row.who),
    note: String(row.note),
    gate: row.gate === null ? undefined : JSON.parse(String(row.gate)),
  };
}

async function find(session: SqlSession, version: string): Promise<FiledModel | undefined> {
  const [row] = await session.query(`select ${COLUMNS} from models where version = $1`, [version]);
  return row && toFiled(row);
}

/** A file as it was filed, undefined where there is none; what was changed since is refused. */
async function artefact(session: SqlSession, version: string): Promise<string | undefined> {
  const [row] = await session.query('select artefact, sha256 from models where version = $1', [version]);
  if (!row) return undefined;
  const text = String(row.artefact);
  if (checksum(text) !== row.sha256) {
    throw new InputError(
      `model ${version} in the database is not what was filed: its checksum does not match. Restore the row, or file the model again.`,
    );
  }
  return text;
}

/** What the one with a state that only one can have becomes when another takes it. */
const makeRoom = (
  state: ModelState,
  becomes: ModelState,
  version: string,
  atMs: number,
  who: string,
): Statement[] => [
  {
    sql: `insert into model_events (at, version, action, from_state, to_state, share, who, note)
          select $1, version, 'moved', state, $2, 0, $3, 'made room for ' || $4 from models where state = $5 and version <> $4`,
    parameters: [isoTime(atMs), becomes, who, version, state],
  },
  {
    sql: 'update models set state = $1, share = 0 where state = $2 and version <> $3',
    parameters: [becomes, state, version],
  },
];

/** The registry of a database. */
export function createModelRegistry(session: SqlSession): ModelRegistry {
  return {
    find: (version) => find(session, version),
    artefact: (version) => artefact(session, version),
    async list() {
      const rows = await session.query(`select ${COLUMNS} from models order by filed_at desc, version`, []);
      return rows.map(toFiled);
    },
    async load(version) {
      const text = await artefact(session, version);
      return text === undefined ? undefined : parseModel(text, `model ${version} in the database`);
    },
    async file(model, by, notes, atMs) {
      const text = serializeModel(model);
      const { version, createdAt } = model.info;
      const there = await find(session, version);
      if (there && there.sha256 !== checksum(text)) {
        throw new InputError(
          `Another artefact is filed as ${version} already: the same trees, with other thresholds, calibration or notes of their making.`,
        );
      }
      if (there) return there;
      await session.transaction([
        {
          sql: `insert into models (version, created_at, artefact, sha256, state, share, filed_at, filed_by, notes, info)
                values ($1, $2, $3, $4, 'candidate', 0, $5, $6, $7, $8)`,
          parameters: [
            version,
            createdAt,
            text,
            checksum(text),
            isoTime(atMs),
            by,
            notes,
            JSON.stringify(model.info),
          ],
        },
        {
          sql: `insert into model_events (at, version, action, to_state, share, who, note)
                values ($1, $2, 'filed', 'candidate', 0, $3, $4)`,
          parameters: [isoTime(atMs), version, by, notes],
        },
      ]);
      const filed = await find(session, version);
      if (!filed) throw new Error(`model ${version} was filed and is not there`);
      return filed;
    },
    async move(version, { to, share = 0, who, note, gate, action = 'moved', atMs }) {
      const statements: Statement[] = [];
      if (to === 'champion') statements.push(...makeRoom('champion', 'retired', version, atMs, who));
      if (to === 'challenger') statements.push(...makeRoom('challenger', 'candidate', version, atMs, who));
      statements.push(
        {
          sql: `insert into model_events (at, version, action, from_state, to_state, share, who, note, gate)
                select $1, version, $2, state, $3, $4, $5, $6, $7 from models where version = $8`,
          parameters: [
            isoTime(atMs),
            action,
            to,
            share,
            who,
            note,
            gate ? JSON.stringify(gate) : null,
            version,
          ],
        },
        {
          sql: 'update models set state = $1, share = $2 where version = $3',
          parameters: [to, share, version],
        },
      );
      await session.transaction(statements);
    },
    async events(limit) {
      const rows = await session.query('select * from model_events order by id desc limit $1', [limit]);
      return rows.map(toEvent);
    },
    async serving() {
      const rows = await session.query(
        "select version, state, share from models where state in ('champion', 'challenger')",
        [],
      );
      const champion = rows.find((row) => row.state === 'champion');
      const challenger = rows.find((row) => row.state === 'challenger');
      return {
        champion: champion && String(champion.version),
        challenger: challenger && { version: String(challenger.version), share: Number(challenger.share) },
      };
    },
    async previousChampion() {
      const [row] = await session.query(
        `select e.version from model_events e join models m on m.version = e.version
         where e.from_state = 'champion' and m.state <> 'champion' order by e.id desc limit 1`,
        [],
      );
      return row && String(row.version);
    },
  };
}
