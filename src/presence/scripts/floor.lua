-- Tells which terminals of a partition have changed, and whose word about them counts.
-- KEYS floor, leases
-- ARGV since (ms), limit (most terminals told)
-- Returns {now, how many terminals there are, {member, when it changed in ms, …} oldest first, {instances whose lease lives}}
local floor, leases = KEYS[1], KEYS[2]
local since, limit = ARGV[1], ARGV[2]

local now = whole(nowMs())
return { now, redis.call('ZCARD', floor),
  redis.call('ZRANGEBYSCORE', floor, since, '+inf', 'WITHSCORES', 'LIMIT', 0, limit),
  redis.call('ZRANGEBYSCORE', leases, now, '+inf') }
