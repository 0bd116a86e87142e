-- Passes on that a terminal can not cancel a payment any more.
-- KEYS record, mail, then for each asking desktop: its endpoint, its mailbox
-- ARGV terminalKey, askers (key ids as the caller knows them, joined by line feeds), escapedId, channel, keepMs, instance,
--      frame (cancelResponse), then for each asking desktop its member
-- Returns {'passed'} | {'unknown'} (never sent to this terminal) | {'recipients', actual} (nothing was done)
local record, mail = KEYS[1], KEYS[2]
local terminalKey, askers, escapedId, channel, keepMs, instance, frame =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]

local state = redis.call('HMGET', record, 'terminalKey', 'dispatches', 'cancelledBy', 'watchers')
if state[1] ~= terminalKey or not state[2] then
  return { 'unknown' }
end
if (state[3] or '') ~= askers then
  return { 'recipients', state[3] or '' }
end
depositForAll(askers, 3, 8, mail, channel, keepMs, 'x:' .. escapedId, frame)
redis.call('HDEL', record, 'cancelledBy')
step(record, 'cancelRefused', nowMs(), instance)
wake(record, state[4])
return { 'passed' }
