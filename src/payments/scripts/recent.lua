-- Tells which payments of a partition have changed.
-- KEYS payments
-- ARGV from (lowest score told), limit (most payments told)
-- Returns {now, {member, score, …} newest first}
return { whole(nowMs()), redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2]) }
