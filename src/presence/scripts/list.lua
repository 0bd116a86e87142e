-- Tells what has changed in the terminal list of a group since a reader last asked.
-- KEYS revisions, changed, terminals, leases
-- ARGV group, born and revision as the reader knows them ('' and 0 at first), limit (most entries told)
-- Returns {born, revision that the reader knows now, '1' if there is more to tell, key ids of changed entries, their entries
--      (missing: removed), instances whose lease lives}. With another `born` than the reader's it is told from the beginning
local revisions, changed, terminals, leases = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, born, revision, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local current = redis.call('HMGET', revisions, group, group .. '\nborn')
local latest, isBorn = current[1] or '0', current[2] or ''
local instances = redis.call('ZRANGEBYSCORE', leases, whole(nowMs()), '+inf')
if isBorn ~= born then
  revision = 0
elseif tonumber(latest) == revision then
  return { isBorn, latest, '', {}, {}, instances }
end
local rows = redis.call('ZRANGEBYSCORE', changed, '(' .. whole(revision), '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
local keyIds, reached = {}, latest
for i = 1, #rows, 2 do
  keyIds[#keyIds + 1], reached = rows[i], rows[i + 1]
end
local hasMore = #keyIds == limit and reached ~= latest
local entries = keyIds[1] and redis.call('HMGET', terminals, unpack(keyIds)) or {}
return { isBorn, hasMore and reached or latest, hasMore and '1' or '', keyIds, entries, instances }
