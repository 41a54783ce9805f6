// Command-line options: parsed once, with a sentence for everything that is wrong.
import { parseArgs } from 'node:util';
import { InputError } from '../domain/input-error.ts';
import { parseIsoTime } from '../domain/iso-time.ts';
import { PRESETS, type Preset } from '../training/simulated-past.ts';

export type OptionSpec = {
  readonly type: 'string' | 'boolean';
  readonly default?: string;
  readonly help: string;
  readonly value?: string;
  /** What an option that takes a value means where it stands alone. */
  readonly bare?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
};

export type Options = {
  text(name: string): string | undefined;
  /** Of an option that may be given several times. */
  texts(name: string): readonly string[];
  number(name: string, min: number, max: number): number;
  /** Midnight UTC of a date like 2018-07-25, or undefined when the option is absent. */
  date(name: string): number | undefined;
  /** As `date`, or a time of day: 2018-07-25T13:30, in UTC where it has no offset. */
  time(name: string): number | undefined;
  flag(name: string): boolean;
  readonly positionals: readonly string[];
};

function withBareValues(args: readonly string[], specs: Readonly<Record<string, OptionSpec>>): string[] {
  return args.map((arg, i) => {
    const bare =
      arg.startsWith('--') && Object.hasOwn(specs, arg.slice(2)) ? specs[arg.slice(2)].bare : undefined;
    const next = args[i + 1];
    return bare !== undefined && (next === undefined || next.startsWith('--')) ? `${arg}=${bare}` : arg;
  });
}

/** Reads the arguments of one command; throws InputError for unknown or malformed options. */
export function readOptions(
  command: string,
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): Options {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: withBareValues(args, specs),
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(specs).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
      ),
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new InputError(`${sentence}. See ./goshawk ${command} --help`);
  }
  const text = (name: string): string | undefined => {
    const value = parsed.values[name];
    return typeof value === 'string' ? value : specs[name]?.default;
  };
  return {
    text,
    texts(name) {
      const value = parsed.values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    number(name, min, max) {
      const given = text(name) ?? '';
      const value = Number(given);
      if (given.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
        throw new InputError(`--${name} is "${given}"; it must be a number from ${min} to ${max}.`);
      }
      return value;
    },
    date(name) {
      const given = text(name);
      if (given === undefined) return undefined;
      const ms = Date.parse(`${given}T00:00:00Z`);
      if (!/^\d{4}-\d{2}-\d{2}$/.test(given) || Number.isNaN(ms)) {
        throw new InputError(`--${name} is "${given}"; it must be a date like 2018-07-25.`);
      }
      return ms;
    },
    time(name) {
      const given = text(name);
      if (given === undefined) return undefined;
      const ms = momentOf(given);
      if (ms === undefined) {
        throw new InputError(
          `--${name} is "${given}"; it must be a date or a time, like 2018-07-25 or 2018-07-25T13:30 (UTC, or with an offset: 2018-07-25T13:30:00+02:00).`,
        );
      }
      return ms;
    },
    flag: (name) => parsed.values[name] === true,
    positionals: parsed.positionals,
  };
}

/** Epoch milliseconds of a day or a time; undefined for what is neither. */
function momentOf(text: string): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseIsoTime(`${text}T00:00:00Z`);
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  return parts ? parseIsoTime(`${parts[1]}${parts[2] ?? ':00'}${parts[3] ?? 'Z'}`) : undefined;
}

export function helpText(usage: string, about: string, specs: Readonly<Record<string, OptionSpec>>): string {
  const rows = Object.entries(specs).map(([name, spec]) => {
    const left = `  --${name}${spec.type === 'string' ? ` ${spec.value ?? 'VALUE'}` : ''}`;
    const preset = spec.default !== undefined ? ` [${spec.default}]` : '';
    return `${left.padEnd(30)} ${spec.help}${preset}`;
  });
  return [`Usage: ${usage}`, '', about, '', 'Options:', ...rows].join('\n');
}

/** Throws InputError for a name that is no preset. */
export function presetOf(text: string | undefined): Preset {
  const preset = PRESETS.find((name) => name === text);
  if (!preset) throw new InputError(`--preset is "${text}"; it must be one of ${PRESETS.join(', ')}.`);
  return preset;
}
