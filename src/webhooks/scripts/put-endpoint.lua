-- Creates or replaces one webhook endpoint of a group.
-- KEYS endpoints, groups
-- ARGV group, id, endpoint (JSON), expected (endpoint that the caller has read and changed, '' = there must be none), limit
--      (most endpoints of a group)
-- Returns {'stored'}, {'changed'} if the endpoint is not the expected one, or {'full'}
-- Effects: notes the group as one that has endpoints
local endpoints, groups = KEYS[1], KEYS[2]
local group, id, endpoint, expected, limit = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])

local old = redis.call('HGET', endpoints, id)
if old == endpoint then
  return { 'stored' }
end
if (old or '') ~= expected then
  return { 'changed' }
end
if not old and redis.call('HLEN', endpoints) >= limit then
  return { 'full' }
end
redis.call('HSET', endpoints, id, endpoint)
redis.call('ZADD', groups, 0, group)
return { 'stored' }
