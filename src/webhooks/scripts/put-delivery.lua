-- Creates or replaces one delivery, and forgets those of its endpoint that ended long ago.
-- KEYS deliveries, bodies, log, ended, due
-- ARGV id, delivery (JSON), expected (delivery that the caller has read and changed, '' = there must be none), body (of the
--      calls, '' = it is there), createdAt, endedAt (ms, '' = it is pending), member (in due), dueAt (ms), keepMs, keepCount
--      (ended deliveries to keep)
-- Returns {'stored'}, or {'changed', the delivery as it is, '' if there is none}
-- Effects: without a pending delivery everything of the endpoint expires after keepMs; with one nothing does
local deliveries, bodies, log, ended, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, delivery, expected, body = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local createdAt, endedAt, member, dueAt = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local keepMs, keepCount = tonumber(ARGV[9]), tonumber(ARGV[10])

local old = redis.call('HGET', deliveries, id)
if old == delivery then
  return { 'stored' }
end
if (old or '') ~= expected then
  return { 'changed', old or '' }
end

redis.call('HSET', deliveries, id, delivery)
redis.call('ZADD', log, createdAt, id)
if body ~= '' then
  redis.call('HSET', bodies, id, body)
end
if endedAt == '' then
  redis.call('ZADD', due, dueAt, member)
  redis.call('ZREM', ended, id)
else
  redis.call('ZREM', due, member)
  redis.call('ZADD', ended, endedAt, id)
end

local oldestKept = nowMs() - keepMs
for _ = 1, 100 do
  local first = redis.call('ZRANGE', ended, 0, 0, 'WITHSCORES')
  if not first[1] or (tonumber(first[2]) > oldestKept and redis.call('ZCARD', ended) <= keepCount) then
    break
  end
  redis.call('ZREM', ended, first[1])
  redis.call('ZREM', log, first[1])
  redis.call('HDEL', deliveries, first[1])
  redis.call('HDEL', bodies, first[1])
end

local hasPending = redis.call('HLEN', deliveries) > redis.call('ZCARD', ended)
for i = 1, 4 do
  if hasPending then
    redis.call('PERSIST', KEYS[i])
  else
    redis.call('PEXPIRE', KEYS[i], keepMs)
  end
end
return { 'stored' }
