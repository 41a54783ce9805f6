// Tables of signing in that came after the first ones: tries, devices that are known, owners of keys, and the guard that keeps
// a desk administered on every road.

/** The code of what KEEP_AN_ADMINISTRATOR refuses. */
export const LAST_ADMINISTRATOR = 'GH001';

/** Who can sign in and let others in. `u` is a row of users. */
export const ADMINISTERS = `(not u.disabled and (u.password_hash is not null or u.oidc_subject is not null)
  and u.roles::jsonb @> '["administrator"]')`;

export const SIGN_IN_TABLES: readonly string[] = [
  // The empty source stands for all places together that are not known.
  `create table sign_in_tries (
    name text not null, source text not null, failures integer not null, locked_until timestamptz, at timestamptz not null,
    primary key (name, source))`,
  'create index sign_in_tries_at on sign_in_tries (at)',
  'alter table users drop column failures, drop column locked_until',
  `create table known_devices (
    token_hash text not null, user_id text not null references users, at timestamptz not null,
    primary key (token_hash, user_id))`,
  'create index known_devices_user on known_devices (user_id)',
  'alter table api_keys add column owner_id text',
  // Two of one name: nobody can tell whose key it was, and it counts as nobody's.
  `update api_keys k set owner_id = (select min(u.id) from users u where u.name = k.created_by having count(*) = 1)`,
  `update rules r set author_id = k.owner_id from api_keys k where k.id = r.author_id and k.owner_id is not null`,
  `update cases c set proposed_by_id = k.owner_id from api_keys k where k.id = c.proposed_by_id and k.owner_id is not null`,
  `create function keep_an_administrator() returns trigger language plpgsql as $$
   declare
     v_stays boolean := false;
   begin
     if tg_op = 'UPDATE' then
       v_stays := (select ${ADMINISTERS} from (select new.*) u);
     end if;
     if not v_stays and (select ${ADMINISTERS} from (select old.*) u) then
       -- Of two that step down at once, the second waits here and then sees that it is the last.
       perform pg_advisory_xact_lock(7311480021);
       if not exists (select 1 from users u where u.id <> old.id and ${ADMINISTERS}) then
         raise exception '% is the last who can administer', old.id using errcode = '${LAST_ADMINISTRATOR}';
       end if;
     end if;
     if tg_op = 'DELETE' then
       return old;
     end if;
     return new;
   end $$`,
  `create trigger users_keep_an_administrator before update or delete on users
   for each row execute function keep_an_administrator()`,
];
