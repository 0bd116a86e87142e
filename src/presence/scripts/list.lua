-- Reads the terminals of a group as they stand at one moment.
-- KEYS terminals, seen, leases
-- Returns {keyId, entry, …}, {keyId, last activity in ms, …}, {instances whose lease lives}
return { redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]),
  redis.call('ZRANGEBYSCORE', KEYS[3], whole(nowMs()), '+inf') }
