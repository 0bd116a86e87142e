-- Goes on with the open payment of a terminal that is back, and asks the terminal about it if it may have it.
-- KEYS record, terminal (endpoint), terminalMailbox, mail, due, lost, payments
-- ARGV terminalKey, terminalMember, epoch (of the new connection), member (in due), escapedId, paymentTimeoutMs (0 = never),
--      channel, keepMs, instance, frame (paymentInquiry)
-- Returns {'resumed'}, {'stale'} (the connection is not the terminal's any more) or {'over'} (there is no such open payment)
-- Effects: status PENDING, an inquiry in the terminal's mailbox; the payment itself is not sent again
local record, terminal, terminalMailbox, mail, due, lost, payments =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local terminalKey, terminalMember, epoch, member, escapedId, paymentTimeoutMs =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local channel, keepMs, instance, frame = ARGV[7], ARGV[8], ARGV[9], ARGV[10]

local owner = redis.call('HMGET', terminal, 'epoch', 'state', 'tx')
if owner[1] ~= epoch or owner[2] ~= 'online' then
  return { 'stale' }
end
redis.call('ZREM', lost, terminalMember)
local state = redis.call('HMGET', record, 'status', 'delivery', 'sentAt')
if owner[3] ~= member or (state[1] ~= 'PENDING' and state[1] ~= 'AWAITING_RECONNECT') then
  return { 'over' }
end
if state[2] == 'queued' then
  return { 'resumed' }
end
local now = nowMs()
if state[1] == 'AWAITING_RECONNECT' then
  redis.call('HSET', record, 'status', 'PENDING')
  redis.call('ZADD', payments, now + keepMs, member)
  redis.call('HDEL', record, 'step.disconnected')
  step(record, 'reconnected', now, instance)
  change(record, now)
end
if paymentTimeoutMs > 0 then
  redis.call('ZADD', due, tonumber(state[3]) + paymentTimeoutMs, member)
else
  redis.call('ZREM', due, member)
end
redis.call('HSET', record, 'inquiry', '1')
-- Sent once before; it leaves the mailbox for good unless the terminal says that it never arrived.
withdraw(terminalMailbox, mail, terminalMember, 'p:' .. escapedId)
deposit(terminal, terminalMailbox, mail, terminalKey, terminalMember, channel, keepMs, 'i:' .. escapedId, frame)
return { 'resumed' }
