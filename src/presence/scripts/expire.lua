-- Ends the grace of a terminal that did not come back.
-- KEYS endpoint, terminals, desktops, status, statusSeq, grace, floor, revisions, changed
-- ARGV keyId, member, group, epoch, channel, entry (list entry 'offline'), update (frame 'disconnected')
-- Returns {'offline'}, or {'stale'} if it is back, has its grace still, or was given up before
-- Effects: announces 'disconnected' to the group's desktops
local endpoint, terminals, desktops, status, statusSeq, grace, floor, revisions, changed =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local keyId, member, group, epoch, channel, entry, update =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]

local now = nowMs()
local current = redis.call('HMGET', endpoint, 'epoch', 'state')
local deadline = tonumber(redis.call('ZSCORE', grace, member) or '0')
if current[1] ~= epoch or current[2] ~= 'reconnecting' or deadline > now then
  return { 'stale' }
end
redis.call('ZREM', grace, member)
redis.call('HSET', endpoint, 'state', 'offline')
redis.call('HSET', terminals, keyId, entry)
noteChange(revisions, changed, group, keyId)
redis.call('ZADD', floor, now, member)
announce(desktops, status, statusSeq, group, channel, update)
return { 'offline' }
