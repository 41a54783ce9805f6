// What Redis does in one atomic step. Keys of a partition share the hash tag, so that a cluster keeps them together.
import { createHash } from 'node:crypto';

export type Script = { readonly text: string; readonly sha1: string };

const script = (text: string): Script => ({ text, sha1: createHash('sha1').update(text).digest('hex') });

/**
 * Takes a partition over. The epoch follows the clock, so that a worker from before a loss of all data never
 * holds the epoch of one after it.
 * KEYS head, ids older, ids. Gives epoch, next offset or nil, both id pieces, what is told or nil.
 */
export const ACQUIRE = script(`
local now = redis.call('TIME')
local epoch = now[1] * 1000000 + now[2]
local before = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
if epoch <= before then epoch = before + 1 end
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch))
return {
  string.format('%.0f', epoch),
  redis.call('HGET', KEYS[1], 'next'),
  redis.call('GET', KEYS[2]),
  redis.call('GET', KEYS[3]),
  redis.call('HGET', KEYS[1], 'told')
}`);

/** Says what a partition's owner tells of, while it is the owner. KEYS head. ARGV epoch, what. Gives 1 or 0. */
export const TELL = script(`
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'told', ARGV[2])
return 1`);

/**
 * Commits batches, once, if epoch and offset are right. The offset comes last: a script that fails half-way is not
 * taken back, and must not look as if it had been carried out.
 * KEYS head, accounts, labels, ids older, ids, shared.
 * ARGV epoch, first and next offset, ids, start new ids, shared, number of labels, then labels (id, flag) and accounts
 * (id, bytes).
 */
export const COMMIT = script(`
local head = redis.call('HMGET', KEYS[1], 'epoch', 'next')
if head[1] ~= ARGV[1] then return 'epoch' end
if head[2] == ARGV[3] then return 'done' end
if head[2] and head[2] ~= ARGV[2] then return 'offset ' .. head[2] end
if tonumber(ARGV[3]) < tonumber(ARGV[2]) then return 'offset ' .. ARGV[3] end
if ARGV[5] == '1' then
  if redis.call('EXISTS', KEYS[5]) == 1 then redis.call('RENAME', KEYS[5], KEYS[4]) end
end
if ARGV[4] ~= '' then redis.call('APPEND', KEYS[5], ARGV[4]) end
if ARGV[6] ~= '' then redis.call('XADD', KEYS[6], ARGV[3] .. '-1', 'c', ARGV[6]) end
local at = 8 + 2 * tonumber(ARGV[7])
if at > 8 then redis.call('HSET', KEYS[3], unpack(ARGV, 8, at - 1)) end
while at < #ARGV do
  local last = math.min(at + 1999, #ARGV)
  redis.call('HSET', KEYS[2], unpack(ARGV, at, last))
  at = last + 1
end
redis.call('HSET', KEYS[1], 'next', ARGV[3])
return 'done'`);

/**
 * Makes a snapshot the newest one, if it follows the newest one and holds no more than the partitions do.
 * KEYS head, then for each partition its stream of shared changes and its head. ARGV number, head of the new one, then for each
 * partition the offset up to which changes are let go and the one that the snapshot holds. Gives 1 or 0.
 */
export const KEEP_SNAPSHOT = script(`
local before = redis.call('HGET', KEYS[1], 'number') or '0'
if tonumber(before) + 1 ~= tonumber(ARGV[1]) then return 0 end
for i = 2, #KEYS, 2 do
  if tonumber(redis.call('HGET', KEYS[i + 1], 'next') or '0') < tonumber(ARGV[i + 2]) then return 0 end
end
redis.call('HSET', KEYS[1], 'number', ARGV[1], 'head', ARGV[2])
for i = 2, #KEYS, 2 do redis.call('XTRIM', KEYS[i], 'MINID', ARGV[i + 1] .. '-2') end
return 1`);
