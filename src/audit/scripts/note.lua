-- Notes one act, and forgets those that are too old.
-- KEYS acts
-- ARGV act (JSON, unique by its id), keepMs, most (acts to keep)
-- Returns when it was noted, ms
local acts = KEYS[1]
local act, keepMs, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local now = nowMs()
redis.call('ZADD', acts, 'NX', now, act)
redis.call('ZREMRANGEBYSCORE', acts, '-inf', now - keepMs)
redis.call('ZREMRANGEBYRANK', acts, 0, -most - 1)
return whole(tonumber(redis.call('ZSCORE', acts, act) or now))
