-- Hands a payment over once more, because its terminal, asked about it, says that it never arrived.
-- KEYS record, terminal (endpoint), terminalMailbox, mail, due
-- ARGV terminalKey, terminalMember, member (in due), escapedId, deliveryTimeoutMs, channel, keepMs, frame (payment)
-- Returns {'requeued'}, {'ignored'} (nobody asked, or it is final) or {'unknown'} (never sent to this terminal)
-- Effects: delivery 'queued' again, payment in the mailbox, delivery deadline; one inquiry allows one of these
local record, terminal, terminalMailbox, mail, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local terminalKey, terminalMember, member, escapedId, deliveryTimeoutMs, channel, keepMs, frame =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]

local state = redis.call('HMGET', record, 'status', 'terminalKey', 'dispatches', 'inquiry')
if not state[1] or state[2] ~= terminalKey or not state[3] then
  return { 'unknown' }
end
if state[1] ~= 'PENDING' or state[4] ~= '1' then
  return { 'ignored' }
end
local now = nowMs()
redis.call('HDEL', record, 'inquiry', 'claim')
redis.call('HSET', record, 'delivery', 'queued')
change(record, now)
redis.call('ZADD', due, now + deliveryTimeoutMs, member)
withdraw(terminalMailbox, mail, terminalMember, 'i:' .. escapedId)
deposit(terminal, terminalMailbox, mail, terminalKey, terminalMember, channel, keepMs, 'p:' .. escapedId, frame)
return { 'requeued' }
