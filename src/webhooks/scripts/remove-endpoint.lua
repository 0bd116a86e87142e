-- Removes one webhook endpoint of a group with everything that was or is to be delivered to it.
-- KEYS endpoints, groups, deliveries, bodies, log, ended
-- ARGV group, id
-- Returns how many deliveries were still pending
local endpoints, groups, deliveries, bodies, log, ended = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local group, id = ARGV[1], ARGV[2]

local pending = redis.call('HLEN', deliveries) - redis.call('ZCARD', ended)
redis.call('HDEL', endpoints, id)
redis.call('UNLINK', deliveries, bodies, log, ended)
if redis.call('HLEN', endpoints) == 0 then
  redis.call('ZREM', groups, group)
end
return pending
