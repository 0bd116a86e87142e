-- Takes a claim back, because its holder knows for certain that it has written nothing.
-- KEYS record, terminal (endpoint), terminalMailbox, mail, due, payments
-- ARGV token (of the claim), deliveryTimeoutMs, member (in due), terminalKey, terminalMember, escapedId, channel, keepMs,
--      instance, frame (payment)
-- Returns {'queued'}, or {'over'} if the claim is not held any more
-- Effects: delivery 'queued' again with a new delivery deadline, payment in the mailbox; the terminal's next connection, which
--      may be there by now, can claim it
local record, terminal, terminalMailbox, mail, due, payments =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local token, deliveryTimeoutMs, member, terminalKey, terminalMember, escapedId, channel, keepMs, instance, frame =
  ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]

local state = redis.call('HMGET', record, 'status', 'delivery', 'claim', 'dispatches')
local open = state[1] == 'PENDING' or state[1] == 'AWAITING_RECONNECT'
if not open or state[2] ~= 'sent' or state[3] ~= token then
  return { 'over' }
end
local now = nowMs()
redis.call('HSET', record, 'status', 'PENDING', 'delivery', 'queued')
redis.call('ZADD', payments, now + keepMs, member)
redis.call('HDEL', record, 'claim', 'sentAt', 'inquiry', 'step.claimed')
if state[4] == '1' then
  redis.call('HDEL', record, 'dispatches')
else
  redis.call('HINCRBY', record, 'dispatches', -1)
end
step(record, 'returned', now, instance)
change(record, now)
redis.call('ZADD', due, now + deliveryTimeoutMs, member)
withdraw(terminalMailbox, mail, terminalMember, 'i:' .. escapedId)
deposit(terminal, terminalMailbox, mail, terminalKey, terminalMember, channel, keepMs, 'p:' .. escapedId, frame)
return { 'queued' }
