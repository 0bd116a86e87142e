-- Tells which keys have changed since a moment, the oldest change first.
-- KEYS changes
-- ARGV since (ms), offset (how many of them to pass over), limit
-- Returns {now (ms), id of each}
local changes = KEYS[1]
local since, offset, limit = ARGV[1], ARGV[2], ARGV[3]

local ids = redis.call('ZRANGEBYSCORE', changes, since, '+inf', 'LIMIT', offset, limit)
return { whole(nowMs()), unpack(ids) }
