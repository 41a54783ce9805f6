// Who may do what: roles of people, and the permissions that roles and API keys are made of.

export const PERMISSIONS = [
  'read',
  'read_identifiers',
  'decide',
  'label',
  'work_alerts',
  'edit_rules',
  'approve_rules',
  'edit_data',
  'approve_data',
  'edit_lists',
  'edit_rates',
  'move_models',
  'control_simulator',
  'read_audit',
  'handle_dead_letters',
  'erase_people',
  'administer',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = [
  'viewer',
  'analyst',
  'rule_author',
  'model_approver',
  'auditor',
  'data_officer',
  'administrator',
] as const;
export type Role = (typeof ROLES)[number];

/** What a role may do; a person with several roles may do what any of them may. */
export const PERMISSIONS_OF: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['read'],
  analyst: ['read', 'read_identifiers', 'label', 'work_alerts', 'edit_lists'],
  rule_author: [
    'read',
    'read_identifiers',
    'edit_rules',
    'approve_rules',
    'edit_data',
    'approve_data',
    'edit_lists',
  ],
  model_approver: ['read', 'read_identifiers', 'move_models'],
  auditor: ['read', 'read_identifiers', 'read_audit'],
  data_officer: ['read', 'read_identifiers', 'read_audit', 'erase_people'],
  administrator: PERMISSIONS,
};

export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  read: 'see decisions, alerts and figures',
  read_identifiers: 'see accounts, devices, addresses and payees unmasked',
  decide: 'send transactions',
  label: 'say what a transaction turned out to be',
  work_alerts: 'work alerts and cases',
  edit_rules: 'write and test rules',
  approve_rules: 'put rules into service',
  edit_data: 'declare fields, entities and features',
  approve_data: 'put the catalogue into service, and switch its features',
  edit_lists: 'change lists',
  edit_rates: 'import exchange rates',
  move_models: 'file, train and move models',
  control_simulator: 'control the simulator',
  read_audit: 'read the audit trail',
  handle_dead_letters: 'try dead letters again or discard them',
  erase_people: 'erase a person',
  administer: 'manage people, keys and settings',
};

/** What an API key may be given: all but managing people. */
export const KEY_PERMISSIONS = PERMISSIONS.filter((permission) => permission !== 'administer');

export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => PERMISSIONS_OF[role]));
}

export const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);
export const isPermission = (value: unknown): value is Permission =>
  PERMISSIONS.some((permission) => permission === value);

/** Who acts: a person, a service by its key, or whoever is at the machine while nobody has an account. */
export type Actor = {
  readonly kind: 'person' | 'key' | 'local';
  readonly id: string;
  /** As it stands in histories and in the audit trail. */
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Of a key: the person who made it. */
  readonly ownerId?: string;
};

/** Who answers for what an actor does: a key is its owner's hand, and no second pair of eyes. */
export const personBehind = ({ kind, id, ownerId }: Pick<Actor, 'kind' | 'id' | 'ownerId'>): string =>
  kind === 'key' ? (ownerId ?? `key ${id}`) : id;

export const LOCAL_ACTOR: Actor = {
  kind: 'local',
  id: 'local',
  name: 'local',
  permissions: new Set(PERMISSIONS),
};

/** What is needed for something that has this permission, and to see whom it is about where it names people. */
export const neededFor = (permission: Permission, namesPeople = false): readonly Permission[] =>
  namesPeople ? [permission, 'read_identifiers'] : [permission];
