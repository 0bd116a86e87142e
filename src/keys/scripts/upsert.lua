-- Creates or replaces one API key record.
-- KEYS records, hashes, devices, changes, ids
-- ARGV id, record (JSON), device (prefix 'group\ndevice\n' of the entry in devices, or ''), expected (record that the
--      caller has read and changed, '' = any), then the hashes under which the record is found
-- Returns {'stored'}, {'device_taken', id}, {'key_taken', id}, or {'changed'} if the record is not the expected one
-- Effects: notes the change for the instances, which end sockets of disabled keys
local records, hashes, devices, changes, ids = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, record, device, expected = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local old = redis.call('HGET', records, id)
if old == record then
  redis.call('ZADD', ids, 0, id)
  return { 'stored' }
end
if expected ~= '' and old ~= expected then
  return { 'changed' }
end
if device ~= '' then
  local found = redis.call('ZRANGEBYLEX', devices, '[' .. device, '[' .. device .. '\255')
  if found[1] and found[1] ~= device .. id then
    return { 'device_taken', string.sub(found[1], #device + 1) }
  end
end
for i = 5, #ARGV do
  local owner = redis.call('HGET', hashes, ARGV[i])
  if owner and owner ~= id then
    return { 'key_taken', owner }
  end
end

if old then
  local before = cjson.decode(old)
  redis.call('HDEL', hashes, before.keyHash)
  if type(before.previousKeyHash) == 'string' then
    redis.call('HDEL', hashes, before.previousKeyHash)
  end
  if type(before.deviceId) == 'string' then
    redis.call('ZREM', devices, before.groupId .. '\n' .. before.deviceId .. '\n' .. id)
  end
end
redis.call('HSET', records, id, record)
redis.call('ZADD', ids, 0, id)
for i = 5, #ARGV do
  redis.call('HSET', hashes, ARGV[i], id)
end
if device ~= '' then
  redis.call('ZADD', devices, 0, device .. id)
end
local now = nowMs()
redis.call('ZADD', changes, now, id)
redis.call('ZREMRANGEBYSCORE', changes, '-inf', now - 86400000)
return { 'stored' }
