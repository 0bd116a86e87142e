-- Takes note that the terminal of an open payment has dropped.
-- KEYS record, terminal (endpoint), due, lost, grace, payments
-- ARGV member (in due), terminalMember, keepMs, instance
-- Returns {'suspended'} (it waits for the terminal's return), {'gone'} (a terminal without a device id: it cannot return, the
--      caller ends the transaction), or {'over'} (nothing to do: the terminal is back, or the payment was never sent or ended)
-- Effects: status AWAITING_RECONNECT until the grace ends
local record, terminal, due, lost, grace, payments = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local member, terminalMember, keepMs, instance = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local owner = redis.call('HMGET', terminal, 'state', 'dev', 'tx')
local state = redis.call('HMGET', record, 'status', 'delivery')
local open = owner[3] == member and (state[1] == 'PENDING' or state[1] == 'AWAITING_RECONNECT')
if owner[1] == 'online' or not open or state[2] == 'queued' then
  redis.call('ZREM', lost, terminalMember)
  return { 'over' }
end
if owner[2] == '' then
  return { 'gone' }
end
local now = nowMs()
if state[1] == 'PENDING' then
  redis.call('HSET', record, 'status', 'AWAITING_RECONNECT')
  redis.call('HDEL', record, 'step.reconnected')
  redis.call('ZADD', payments, now + keepMs, member)
  step(record, 'disconnected', now, instance)
  change(record, now)
end
-- Its grace may have begun anew since the last time, when it came and went without being asked about the payment.
redis.call('ZADD', due, redis.call('ZSCORE', grace, terminalMember) or whole(now), member)
redis.call('ZREM', lost, terminalMember)
return { 'suspended' }
