-- Records that the connection of an endpoint is gone: its socket closed, or its instance died.
-- KEYS endpoint, terminals, desktops, status, statusSeq, owned, grace, mail, connections, leases, lost, floor, revisions, changed
-- ARGV keyId, member, group, connection, channel, deviceType, deviceId, graceMs, entry (list entry without a connection),
--      update (frame 'reconnecting' or 'disconnected'), deadInstance ('' if its socket closed)
-- Returns {'reconnecting'} or {'offline'}, with the open payment as second text if the terminal has one;
--      {'stale'} if a newer connection owns the endpoint, it was dropped before, or the instance lives after all
-- Effects: a terminal with a device id enters its grace; one with an open payment is noted in `lost` for payments to see to;
--      announces to the group's desktops
local endpoint, terminals, desktops, status, statusSeq, owned, grace, mail, connections, leases,
  lost, floor, revisions, changed =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9],
  KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local keyId, member, group, connection, channel, deviceType, deviceId, graceMs, entry, update, deadInstance =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8]), ARGV[9], ARGV[10],
  ARGV[11]

if deadInstance ~= '' and tonumber(redis.call('ZSCORE', leases, deadInstance) or '0') >= nowMs() then
  return { 'stale' }
end
local current = redis.call('HMGET', endpoint, 'state', 'tx', 'conn')
if current[3] ~= connection or current[1] ~= 'online' then
  return { 'stale' }
end
redis.call('HDEL', owned, keyId)
redis.call('ZREM', mail, member)
if deviceType == 'desktop' then
  redis.call('HDEL', desktops, keyId)
  redis.call('HSET', endpoint, 'state', 'offline')
  return { 'offline' }
end

local state = deviceId ~= '' and 'reconnecting' or 'offline'
redis.call('HSET', endpoint, 'state', state)
redis.call('HDEL', connections, connection)
local now = nowMs()
if current[2] then
  redis.call('ZADD', lost, now, member)
end
if state == 'reconnecting' then
  redis.call('HSET', terminals, keyId, entry)
  redis.call('ZADD', grace, now + graceMs, member)
  redis.call('ZADD', floor, now, member)
else
  redis.call('HDEL', terminals, keyId)
  redis.call('ZREM', floor, member)
end
noteChange(revisions, changed, group, keyId)
announce(desktops, status, statusSeq, group, channel, update)
return { state, current[2] or nil }
